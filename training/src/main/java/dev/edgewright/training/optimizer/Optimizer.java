package dev.edgewright.training.optimizer;

import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.Map;

/** Moves weights by their gradients. What it remembers between steps is part of a checkpoint. */
public interface Optimizer {

    /**
     * One step for one weight.
     *
     * @param name the weight's name, under which its memory is kept
     * @param decays whether weight decay applies (not to normalisation and biases)
     */
    void step(TensorBackend backend, String name, Tensor weight, Tensor gradient, double rate, boolean decays);

    /** Called once before the weights of a step. */
    default void beginStep() {}

    /** A copy of what it remembers, by name. */
    Map<String, float[]> snapshot();

    /** Takes it back. Called before the first step, outside of any scope; weights give the shapes. */
    void restore(TensorBackend backend, Map<String, Tensor> weights, Map<String, float[]> memory);
}
