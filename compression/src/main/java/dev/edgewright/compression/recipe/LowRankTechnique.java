package dev.edgewright.compression.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.lowrank.LowRank;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.runtime.LayerTimer;

/** {@code low-rank}: factorises layers. Parameters: {@code macs} (0.7) or {@code time}, the share that stays; {@code block} (8). */
public final class LowRankTechnique implements Technique {

    @Override
    public String name() {
        return "low-rank";
    }

    @Override
    public Pass pass(StepParameters parameters) {
        parameters.only("macs", "time", "block");
        double time = parameters.number("time", -1);
        if (time >= 0 && parameters.number("macs", -1) >= 0) {
            throw new CompressionException(Code.RECIPE_INVALID, "step low-rank takes macs or time, not both");
        }
        int block = parameters.integer("block", 8);
        try {
            return time >= 0
                    ? new LowRank(time, block, new LayerTimer())
                    : new LowRank(parameters.number("macs", 0.7), block);
        } catch (IllegalArgumentException e) {
            throw new CompressionException(Code.RECIPE_INVALID, "step low-rank: " + e.getMessage(), e);
        }
    }
}
