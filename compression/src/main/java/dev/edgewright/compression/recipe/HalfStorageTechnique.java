package dev.edgewright.compression.recipe;

import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.quantize.HalfStorage;

/** {@code fp16-storage}: half-size weights in the file. No parameters. */
public final class HalfStorageTechnique implements Technique {

    @Override
    public String name() {
        return "fp16-storage";
    }

    @Override
    public Pass pass(StepParameters parameters) {
        parameters.only();
        return new HalfStorage();
    }
}
