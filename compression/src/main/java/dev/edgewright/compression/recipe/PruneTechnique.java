package dev.edgewright.compression.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.prune.PruneOptions;
import dev.edgewright.compression.prune.PruneOptions.Importance;
import dev.edgewright.compression.prune.StructuredPrune;
import java.util.Arrays;
import java.util.Locale;

/**
 * {@code prune}: removes channels. Parameters: {@code macs}, {@code size} or {@code time} (the share that stays, one of them, {@code
 * macs: 0.7} without; {@code time} is predicted from layers measured on this machine), {@code block} (8), {@code importance} (auto, activation, magnitude), {@code repair} (true), {@code through-layer-norm} (false).
 */
public final class PruneTechnique implements Technique {

    @Override
    public String name() {
        return "prune";
    }

    @Override
    public Pass pass(StepParameters parameters) {
        parameters.only("macs", "size", "time", "block", "importance", "repair", "through-layer-norm");
        double macs = parameters.number("macs", -1);
        double size = parameters.number("size", -1);
        double time = parameters.number("time", -1);
        if ((macs >= 0 ? 1 : 0) + (size >= 0 ? 1 : 0) + (time >= 0 ? 1 : 0) > 1) {
            throw new CompressionException(Code.RECIPE_INVALID, "step prune takes one of macs, size and time");
        }
        try {
            PruneOptions options = size >= 0
                    ? PruneOptions.size(size)
                    : time >= 0 ? PruneOptions.time(time) : PruneOptions.macs(macs >= 0 ? macs : 0.7);
            return new StructuredPrune(options.withBlock(parameters.integer("block", 8))
                    .withImportance(importance(parameters.text("importance", "auto")))
                    .withRepair(parameters.flag("repair", true))
                    .withThroughLayerNorm(parameters.flag("through-layer-norm", false)));
        } catch (IllegalArgumentException e) {
            throw new CompressionException(Code.RECIPE_INVALID, "step prune: " + e.getMessage(), e);
        }
    }

    private static Importance importance(String name) {
        return Arrays.stream(Importance.values())
                .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new CompressionException(
                        Code.RECIPE_INVALID, "importance must be auto, activation or magnitude, not " + name));
    }
}
