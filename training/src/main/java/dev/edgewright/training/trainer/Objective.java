package dev.edgewright.training.trainer;

import dev.edgewright.training.loss.Losses;
import dev.edgewright.training.op.Value;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.Map;
import java.util.Set;

/** What a training makes small: a number for a batch, from values of the graph and the targets. */
public interface Objective {

    /**
     * One batch as the objective sees it.
     *
     * @param backend the engine
     * @param scope the step's scope
     * @param inputs what each feature of the samples holds, by the graph's input that it fills or its own name
     * @param target [N, classes] distribution or [N, width] wanted numbers, or null without either
     * @param values the graph's outputs and the values asked for by {@link #reads}
     */
    record Step(
            TensorBackend backend,
            TensorBackend.Scope scope,
            Map<String, Tensor> inputs,
            Tensor target,
            Map<String, Value> values) {

        public Tensor value(String name) {
            return ((Value.Dense) values.get(name)).tensor();
        }
    }

    /** The loss, a scalar with its gradient recorded. */
    Tensor loss(Step step);

    /** Values inside the graph that {@link #loss} needs. */
    default Set<String> reads() {
        return Set.of();
    }

    /** True when samples without labels will do. */
    default boolean worksWithoutLabels() {
        return false;
    }

    /** What sets this objective apart, for the fingerprint of a checkpoint. */
    String describe();

    /** Cross-entropy of one output of logits. */
    static Objective classification(String output) {
        return new Objective() {
            @Override
            public Tensor loss(Step step) {
                return Losses.crossEntropy(step.value(output), step.target());
            }

            @Override
            public String describe() {
                return "cross-entropy of " + output;
            }
        };
    }

    /** Mean squared error between one output and the samples' targets, one row of numbers a sample. */
    static Objective regression(String output) {
        return new Objective() {
            @Override
            public Tensor loss(Step step) {
                Tensor target = step.target();
                return Losses.meanSquared(
                        step.value(output).reshape(target.shape().dimensions()), target);
            }

            @Override
            public String describe() {
                return "squared error of " + output;
            }
        };
    }
}
