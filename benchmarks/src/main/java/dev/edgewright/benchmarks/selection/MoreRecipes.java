package dev.edgewright.benchmarks.selection;

import dev.edgewright.compression.recipe.NamedRecipe;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.recipe.RecipeBook;
import java.util.List;

/** Forms that the search for the best one tries as well, so that the evaluation has more to choose between: some too inaccurate, some slow. */
public final class MoreRecipes implements RecipeBook {

    @Override
    public List<NamedRecipe> recipes() {
        return List.of(
                of("prune-15-int8", "{prune: {macs: 0.85}}, int8-static"),
                of("prune-45-int8", "{prune: {macs: 0.55}}, int8-static"),
                of("prune-60-int8", "{prune: {macs: 0.4}}, int8-static"),
                of("prune-45", "{prune: {macs: 0.55}}"),
                of("low-rank-int8", "low-rank, int8-static"));
    }

    private static NamedRecipe of(String name, String steps) {
        return new NamedRecipe(Recipe.parse("{name: " + name + ", steps: [" + steps + "]}"), "for the evaluation");
    }
}
