/** What to do to a model, as data: named recipes and recipes from YAML. Uses the passes below it. */
package dev.edgewright.compression.recipe;
