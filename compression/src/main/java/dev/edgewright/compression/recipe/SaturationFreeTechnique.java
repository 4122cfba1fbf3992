package dev.edgewright.compression.recipe;

import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.quantize.SaturationFree;

/** {@code saturation-free}: behind {@code int8-static}, for x86 without VNNI. No parameters. */
public final class SaturationFreeTechnique implements Technique {

    @Override
    public String name() {
        return "saturation-free";
    }

    @Override
    public Pass pass(StepParameters parameters) {
        parameters.only();
        return new SaturationFree();
    }
}
