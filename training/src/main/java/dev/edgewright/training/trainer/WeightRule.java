package dev.edgewright.training.trainer;

import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.Map;

/** What weights must obey while they train; applied after every step. */
@FunctionalInterface
public interface WeightRule {

    WeightRule NONE = (backend, weights, step, total) -> {};

    /**
     * Changes weights in place.
     *
     * @param weights that train, by name
     * @param step steps done, from 1
     * @param total steps of the whole training
     */
    void apply(TensorBackend backend, Map<String, Tensor> weights, long step, long total);

    /** Whether the rule has reached its end, so that the weights of an epoch that ends here may be kept as the best. */
    default boolean settled(long step, long total) {
        return true;
    }
}
