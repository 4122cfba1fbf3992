package dev.edgewright.training.recipe;

import dev.edgewright.compression.recipe.NamedRecipe;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.recipe.Recipe.Step;
import dev.edgewright.compression.recipe.RecipeBook;
import java.util.List;
import java.util.Map;

/** The named recipes that train. All need a split {@code train}; labels are used where there are some, the original always teaches. */
public final class TrainingRecipes implements RecipeBook {

    private static final Step INT8 = Step.of("int8-static", Map.of());
    private static final Step FINE_TUNE = Step.of("fine-tune", Map.of());
    private static final Step QAT = Step.of("qat", Map.of());

    @Override
    public List<NamedRecipe> recipes() {
        return List.of(
                named("qat-int8", "int8 trained through its rounding; where int8-static loses too much", QAT),
                named(
                        "qat-4bit",
                        "weights of 4 bits trained through their rounding, stored as int8 codes; they compress well",
                        Step.of("qat", Map.of("bits", 4))),
                named(
                        "prune-train-int8",
                        "half of the multiply-adds, trained back, then int8-static",
                        Step.of("prune", Map.of("macs", 0.5)),
                        FINE_TUNE,
                        INT8),
                named(
                        "low-rank-train-int8",
                        "layers as products of smaller ones, trained back, then int8-static",
                        Step.of("low-rank", Map.of()),
                        FINE_TUNE,
                        INT8),
                named(
                        "distil-int8",
                        "a student of half the width, taught by the original, then trained through int8 rounding",
                        Step.of("distil", Map.of()),
                        QAT),
                named(
                        "prune-distil-int8",
                        "channels cut in rounds, a student of what is left, then trained through int8 rounding",
                        Step.of("prune-train", Map.of("macs", 0.5, "rounds", 2)),
                        Step.of("distil", Map.of("width", 0.75)),
                        QAT));
    }

    private static NamedRecipe named(String name, String description, Step... steps) {
        return new NamedRecipe(new Recipe(name, List.of(steps)), description + " (trains)");
    }
}
