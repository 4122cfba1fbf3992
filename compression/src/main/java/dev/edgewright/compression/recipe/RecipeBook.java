package dev.edgewright.compression.recipe;

import java.util.List;

/**
 * Named recipes of a module that adds techniques. Found by {@link java.util.ServiceLoader}; created with a public constructor without
 * arguments.
 */
public interface RecipeBook {

    /** The recipes, the plain ones first. */
    List<NamedRecipe> recipes();
}
