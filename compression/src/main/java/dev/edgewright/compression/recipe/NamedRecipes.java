package dev.edgewright.compression.recipe;

import dev.edgewright.compression.recipe.Recipe.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The recipes that come with the library. */
final class NamedRecipes {

    private NamedRecipes() {}

    static Map<String, Recipe> all() {
        Map<String, Recipe> recipes = new LinkedHashMap<>();
        for (Recipe recipe : List.of(
                new Recipe("fp32", List.of()), new Recipe("int8-static", List.of(Step.of("int8-static", Map.of()))))) {
            recipes.put(recipe.name(), recipe);
        }
        return recipes;
    }
}
