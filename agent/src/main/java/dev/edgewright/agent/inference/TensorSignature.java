package dev.edgewright.agent.inference;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Name, element type and shape of a model's input or output.
 *
 * @param shape -1 for a free dimension
 */
public record TensorSignature(String name, Datatype datatype, List<Long> shape) {
    public TensorSignature {
        shape = List.copyOf(shape);
    }

    /** Whether a tensor of {@code actual} dimensions may stand here. */
    public boolean accepts(long[] actual) {
        if (actual.length != shape.size()) {
            return false;
        }
        for (int i = 0; i < actual.length; i++) {
            if (shape.get(i) >= 0 && shape.get(i) != actual[i]) {
                return false;
            }
        }
        return true;
    }

    /** For people: {@code FP32[-1,3,224,224]}. */
    public String describe() {
        return datatype + shape.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    }
}
