package dev.edgewright.compression.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.lowrank.LowRank;
import dev.edgewright.compression.pass.Pass;

/** {@code low-rank}: factorises layers. Parameters: {@code macs} (0.7, the share that stays), {@code block} (8). */
public final class LowRankTechnique implements Technique {

    @Override
    public String name() {
        return "low-rank";
    }

    @Override
    public Pass pass(StepParameters parameters) {
        parameters.only("macs", "block");
        try {
            return new LowRank(parameters.number("macs", 0.7), parameters.integer("block", 8));
        } catch (IllegalArgumentException e) {
            throw new CompressionException(Code.RECIPE_INVALID, "step low-rank: " + e.getMessage(), e);
        }
    }
}
