package dev.edgewright.training.distill;

import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.Map;
import java.util.Set;

/** How a teacher's values for a batch come about. */
interface Answers extends AutoCloseable {

    /**
     * The values of these names, without gradient. They live in the scope of the step.
     *
     * @param batch the student's inputs by name, one row a sample
     */
    Map<String, Tensor> answer(TensorBackend.Scope scope, Map<String, Tensor> batch, Set<String> names);

    @Override
    default void close() {}
}
