package dev.edgewright.compression.recipe;

import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.quantize.DynamicInt8;

/**
 * {@code int8-dynamic}: weights in int8, activations coded as they come. Parameters: {@code per-channel} (true), {@code tables} (true:
 * embedding tables in int8 too).
 */
public final class DynamicInt8Technique implements Technique {

    @Override
    public String name() {
        return "int8-dynamic";
    }

    @Override
    public Pass pass(StepParameters parameters) {
        parameters.only("per-channel", "tables");
        return AroundProducts.of(new DynamicInt8(parameters.flag("per-channel", true)), parameters);
    }
}
