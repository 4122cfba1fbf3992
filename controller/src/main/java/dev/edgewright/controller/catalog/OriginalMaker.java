package dev.edgewright.controller.catalog;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.Accuracy;
import dev.edgewright.common.protocol.v1.Tolerance;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Makes the one variant that needs no compression: the model as it was imported, measured here, with golden cases. For a controller
 * that shall spend nothing on compression; the usual one is {@link CompressorMaker}.
 */
public final class OriginalMaker implements VariantMaker {

    static final String RECIPE = "fp32";
    private static final int GOLDEN_CASES = 8;
    private static final int TIMED_RUNS = 30;

    @Override
    public List<String> recipes() {
        return List.of(RECIPE);
    }

    @Override
    public List<String> defaults(boolean hasData) {
        return List.of(RECIPE);
    }

    @Override
    public NewVariant make(
            ModelVersion of, Path original, Optional<Path> data, String recipe, Path workDir, MakingProgress progress) {
        if (!recipe.equals(RECIPE)) {
            throw EdgewrightException.caller(
                    "RECIPE_UNKNOWN", "there is no recipe " + recipe + "; there is " + recipes());
        }
        progress.step("running it on made-up inputs", 0.2);
        var golden = GraphProfiler.golden(original, GOLDEN_CASES);
        progress.step("measuring it", 0.6);
        var profile = GraphProfiler.profile(original, TIMED_RUNS);
        return new NewVariant(
                RECIPE,
                RECIPE,
                original,
                golden,
                Tolerance.newBuilder().setMinCosine(0.999).build(),
                Accuracy.newBuilder().build(),
                List.of("imported as " + of.digest().shortHex()),
                List.of(),
                profile.workload(),
                profile.latency(),
                false);
    }
}
