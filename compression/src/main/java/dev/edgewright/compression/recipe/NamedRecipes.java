package dev.edgewright.compression.recipe;

import dev.edgewright.compression.recipe.Recipe.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The recipes that come with the library, each with a line that says what it is for. */
final class NamedRecipes {

    /**
     * @param recipe the steps under their name
     * @param description one line: what it makes and when it pays
     */
    record Named(Recipe recipe, String description) {}

    private static final Step INT8 = Step.of("int8-static", Map.of());
    private static final Step PRUNE_30 = Step.of("prune", Map.of("macs", 0.7));

    private static final List<Named> ALL = List.of(
            named("fp32", "the model cleaned up, still in floats"),
            named("int8-static", "int8 layers, ranges calibrated on data; for x86 with VNNI, and Arm", INT8),
            named(
                    "int8-static-avx2",
                    "int8-static with weights that cannot saturate; for x86 without VNNI",
                    Step.of("int8-static", Map.of("target", "avx2"))),
            named(
                    "int8-dynamic",
                    "products in int8, ranges taken from each batch; needs no data, convolutions stay float",
                    Step.of("int8-dynamic", Map.of())),
            named(
                    "weight-only-int8",
                    "weights of products in blocks of 8 bits; for large layers and small batches",
                    Step.of("weight-only", Map.of("bits", 8))),
            named(
                    "fp16-storage",
                    "weights of half the size in the file, the speed of floats",
                    Step.of("fp16-storage", Map.of())),
            named(
                    "prune-30",
                    "channels removed until 70 of 100 multiply-adds are left; needs no special instructions",
                    PRUNE_30),
            named("prune-int8", "prune-30, then int8-static", PRUNE_30, INT8),
            named(
                    "low-rank",
                    "layers as products of smaller ones, 70 of 100 multiply-adds left; for large dense layers",
                    Step.of("low-rank", Map.of())));

    private NamedRecipes() {}

    /** By name, the plain ones first. */
    static Map<String, Named> all() {
        Map<String, Named> recipes = new LinkedHashMap<>();
        ALL.forEach(named -> recipes.put(named.recipe().name(), named));
        return recipes;
    }

    private static Named named(String name, String description, Step... steps) {
        return new Named(new Recipe(name, List.of(steps)), description);
    }
}
