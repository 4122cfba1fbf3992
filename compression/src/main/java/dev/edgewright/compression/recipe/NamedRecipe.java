package dev.edgewright.compression.recipe;

/**
 * A recipe that comes with the library.
 *
 * @param recipe the steps under their name
 * @param description one line: what it makes and when it pays
 */
public record NamedRecipe(Recipe recipe, String description) {}
