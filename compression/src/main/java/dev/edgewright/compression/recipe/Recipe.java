package dev.edgewright.compression.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.pass.Pass;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * Steps that follow each other, after the clean-up that every recipe begins with.
 *
 * @param name what the variant is called
 * @param steps the steps in order; none gives the cleaned-up float model
 */
public record Recipe(String name, List<Step> steps) {

    /** Not one recipe but a search through many; {@code Compressor} knows it by this value. */
    public static final Recipe AUTO = new Recipe("auto", List.of());

    /**
     * One step.
     *
     * @param technique the name of a {@link Technique}
     * @param parameters its parameters
     */
    public record Step(String technique, StepParameters parameters) {

        public static Step of(String technique, Map<String, Object> parameters) {
            return new Step(technique, new StepParameters(technique, parameters));
        }
    }

    public Recipe {
        if (!name.matches("[a-z0-9][a-z0-9._-]{0,62}")) {
            throw new CompressionException(
                    Code.RECIPE_INVALID,
                    "a recipe's name is lower-case letters, digits, '.', '_' and '-', not " + name);
        }
        steps = List.copyOf(steps);
    }

    /**
     * A recipe that comes with this library.
     *
     * @throws CompressionException RECIPE_INVALID, naming those that there are
     */
    public static Recipe named(String name) {
        return name.equals(AUTO.name()) ? AUTO : find(name).recipe();
    }

    /**
     * What a recipe that comes with this library is for, in one line.
     *
     * @throws CompressionException RECIPE_INVALID, naming those that there are
     */
    public static String description(String name) {
        return name.equals(AUTO.name())
                ? "tries recipes until the budget is used up, and recommends one"
                : find(name).description();
    }

    private static NamedRecipe find(String name) {
        NamedRecipe found = NamedRecipes.all().get(name);
        if (found == null) {
            throw new CompressionException(
                    Code.RECIPE_INVALID,
                    "there is no recipe " + name + "; there are "
                            + NamedRecipes.all().keySet());
        }
        return found;
    }

    /**
     * A recipe written as YAML, {@code {name: small, steps: [{prune: {macs: 0.6}}, int8-static]}}; it is checked against the techniques on
     * the class path.
     *
     * @throws CompressionException RECIPE_INVALID, naming what is wrong
     */
    public static Recipe parse(String yaml) {
        Recipe recipe = RecipeYaml.parse(yaml);
        recipe.passes();
        return recipe;
    }

    /** The names that {@link #named} takes, {@code auto} apart. */
    public static List<String> names() {
        return List.copyOf(NamedRecipes.all().keySet());
    }

    /** The passes of all steps; behind steps that train, what is left of the clean-up. */
    public List<Pass> passes() {
        List<Pass> passes = new ArrayList<>();
        boolean trained = false;
        for (int i = 0; i < steps.size(); i++) {
            Technique technique = technique(steps.get(i));
            if (trained && !technique.trains()) {
                passes.add(new CleanupAfterTraining());
            }
            trained = technique.trains();
            passes.add(technique.pass(steps.get(i).parameters()));
        }
        if (trained) {
            passes.add(new CleanupAfterTraining());
        }
        return passes;
    }

    /** Whether a step trains weights. */
    public boolean trains() {
        return steps.stream().anyMatch(step -> technique(step).trains());
    }

    private Technique technique(Step step) {
        Map<String, Technique> techniques = techniques();
        Technique technique = techniques.get(step.technique());
        if (technique == null) {
            throw new CompressionException(
                    Code.RECIPE_INVALID,
                    "recipe " + name + " names step " + step.technique() + ", which is none of " + techniques.keySet());
        }
        return technique;
    }

    /** All techniques on the class path, by name. */
    public static Map<String, Technique> techniques() {
        Map<String, Technique> techniques = new TreeMap<>();
        ServiceLoader.load(Technique.class).forEach(technique -> techniques.put(technique.name(), technique));
        return techniques;
    }

    /** The same for the same steps and parameters: what results are filed under. */
    public String describe() {
        List<String> parts = new ArrayList<>();
        steps.forEach(step -> parts.add(step.parameters().toString()));
        return parts.isEmpty() ? "cleanup" : "cleanup -> " + String.join(" -> ", parts);
    }
}
