package dev.edgewright.training.trainer;

import dev.edgewright.training.op.RunMode;
import dev.edgewright.training.op.Value;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Finds where numbers stopped being finite, once a loss has. */
final class Divergence {

    private Divergence() {}

    /** The first layer or weight with a NaN or infinity, in words. */
    static String find(
            TensorBackend backend,
            GraphProgram program,
            ModelState state,
            Function<TensorBackend.Scope, Map<String, Value>> feed,
            RunMode mode) {
        String[] found = new String[1];
        try (TensorBackend.Scope scope = backend.scope()) {
            program.run(backend, feed.apply(scope), mode, Set.of(), (node, inputs, outputs) -> {
                for (int i = 0; found[0] == null && i < outputs.size(); i++) {
                    if (outputs.get(i) instanceof Value.Dense dense && !finite(dense.tensor())) {
                        String weight = node.inputs().stream()
                                .filter(name -> state.weights().containsKey(name)
                                        && !finite(state.weights().get(name)))
                                .findFirst()
                                .map(name -> ", whose weight " + name + " is no longer finite")
                                .orElse("");
                        found[0] = "layer " + node.label() + " (" + node.op() + ") is the first with a value that is"
                                + " not finite" + weight;
                    }
                }
            });
        }
        return found[0] == null ? "every layer is finite, the loss itself overflowed" : found[0];
    }

    private static boolean finite(Tensor tensor) {
        if (tensor.type() != Tensor.Type.FLOAT) {
            return true;
        }
        for (float value : tensor.toFloats()) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }
}
