package dev.edgewright.compression.recipe;

import dev.edgewright.compression.recipe.Recipe.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** The recipes that come with the library, each with a line that says what it is for. */
final class NamedRecipes {

    private static final Step INT8 = Step.of("int8-static", Map.of());
    private static final Step PRUNE_30 = Step.of("prune", Map.of("macs", 0.7));

    private static final List<NamedRecipe> ALL = List.of(
            named("fp32", "the model cleaned up, still in floats"),
            named("int8-static", "int8 layers, ranges calibrated on data; for x86 with VNNI, and Arm", INT8),
            named(
                    "int8-static-avx2",
                    "int8-static with weights that cannot saturate; for x86 without VNNI",
                    Step.of("int8-static", Map.of("target", "avx2"))),
            named(
                    "int8-static-rounded",
                    "int8-static whose weights are rounded for their layer's output; takes twice as long to make",
                    Step.of("int8-static", Map.of("rounding", "learned"))),
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

    /** By name, the plain ones first, those of other modules last. */
    static Map<String, NamedRecipe> all() {
        Map<String, NamedRecipe> recipes = new LinkedHashMap<>();
        ALL.forEach(named -> recipes.put(named.recipe().name(), named));
        for (RecipeBook book : ServiceLoader.load(RecipeBook.class)) {
            book.recipes().forEach(named -> recipes.putIfAbsent(named.recipe().name(), named));
        }
        return recipes;
    }

    private static NamedRecipe named(String name, String description, Step... steps) {
        return new NamedRecipe(new Recipe(name, List.of(steps)), description);
    }
}
