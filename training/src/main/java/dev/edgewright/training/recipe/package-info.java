/**
 * Training as steps of compression's recipes: found there through {@code Technique} and {@code RecipeBook}, carried out in a child process.
 * Stands on {@code child}.
 */
package dev.edgewright.training.recipe;
