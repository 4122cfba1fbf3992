package dev.edgewright.compression.recipe;

import dev.edgewright.compression.pass.Pass;

/**
 * A step that recipes can name. Implementations are found by {@link java.util.ServiceLoader}, so that other modules can add their own
 * without this one knowing them; they are created with a public constructor without arguments.
 */
public interface Technique {

    /** The name in recipes, such as {@code int8-static}. */
    String name();

    /**
     * Whether the step trains weights: it takes minutes or hours, needs samples to train on, and does best on a model that still has its
     * normalisation. A search asks for such steps by themselves.
     */
    default boolean trains() {
        return false;
    }

    /** How often a step that trains goes through the training samples; what a search foretells its time from. */
    default double epochs(StepParameters parameters) {
        return 0;
    }

    /**
     * The pass for these parameters.
     *
     * @throws dev.edgewright.compression.CompressionException RECIPE_INVALID for parameters that it does not know or cannot take
     */
    Pass pass(StepParameters parameters);
}
