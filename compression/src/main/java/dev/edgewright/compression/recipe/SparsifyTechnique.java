package dev.edgewright.compression.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.prune.SparsePrune;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code sparsify}: zeroes single weights. Parameters: {@code sparsity} (0.5), or {@code pattern} ("2:4"). */
public final class SparsifyTechnique implements Technique {

    private static final Pattern RUNS = Pattern.compile("(\\d{1,3}):(\\d{1,3})");

    @Override
    public String name() {
        return "sparsify";
    }

    @Override
    public Pass pass(StepParameters parameters) {
        parameters.only("sparsity", "pattern");
        String pattern = parameters.text("pattern", "");
        try {
            if (pattern.isEmpty()) {
                return SparsePrune.unstructured(parameters.number("sparsity", 0.5));
            }
            Matcher runs = RUNS.matcher(pattern);
            if (!runs.matches()) {
                throw new IllegalArgumentException("pattern must be N:M, such as 2:4, not " + pattern);
            }
            return SparsePrune.pattern(Integer.parseInt(runs.group(1)), Integer.parseInt(runs.group(2)));
        } catch (IllegalArgumentException e) {
            throw new CompressionException(Code.RECIPE_INVALID, "step sparsify: " + e.getMessage(), e);
        }
    }
}
