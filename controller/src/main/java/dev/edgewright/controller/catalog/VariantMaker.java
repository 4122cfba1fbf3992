package dev.edgewright.controller.catalog;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Makes variants of a model; the compression library behind the catalog's own words. */
public interface VariantMaker {

    /** Recipes that can be asked for. */
    List<String> recipes();

    /** What an import makes by itself. */
    List<String> defaults(boolean hasData);

    /**
     * Makes one variant. Work that {@code workDir} already holds from a killed run is taken up again.
     *
     * @throws dev.edgewright.common.error.EdgewrightException RECIPE_UNKNOWN, DATA_MISSING, DATA_INVALID, CANCELLED and
     *     the codes of the compression library
     */
    NewVariant make(
            ModelVersion of, Path original, Optional<Path> data, String recipe, Path workDir, MakingProgress progress);

    /** What the making says on its way, and whether it should stop. */
    interface MakingProgress {
        void step(String what, double fraction);

        BooleanSupplier cancelled();
    }
}
