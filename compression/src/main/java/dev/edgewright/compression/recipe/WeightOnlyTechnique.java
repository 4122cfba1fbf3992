package dev.edgewright.compression.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.quantize.WeightOnly;

/**
 * {@code weight-only}: weights of products in blocks. Parameters: {@code bits} (4, or 8), {@code block} (32), {@code accuracy-level} (4, or 0),
 * {@code tables} (true: embedding tables in int8, whatever the bits of the products).
 */
public final class WeightOnlyTechnique implements Technique {

    @Override
    public String name() {
        return "weight-only";
    }

    @Override
    public Pass pass(StepParameters parameters) {
        parameters.only("bits", "block", "accuracy-level", "tables");
        try {
            return AroundProducts.of(
                    new WeightOnly(
                            parameters.integer("bits", 4),
                            parameters.integer("block", 32),
                            parameters.integer("accuracy-level", 4)),
                    parameters);
        } catch (IllegalArgumentException e) {
            throw new CompressionException(Code.RECIPE_INVALID, "step weight-only: " + e.getMessage(), e);
        }
    }
}
