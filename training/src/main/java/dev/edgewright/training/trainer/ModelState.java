package dev.edgewright.training.trainer;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.training.op.Constants;
import dev.edgewright.training.op.Value;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The initialisers of a graph, held by the engine: weights that train, running statistics that follow, constants that stay. Weights are
 * what feeds an operator's weight position; limits, sizes, scales of quantisation and single numbers are constants.
 */
public final class ModelState {

    /** Positions that hold no weight, by operator; any other float initialiser of more than one element trains. */
    private static final Map<String, Set<Integer>> NO_WEIGHT = Map.of(
            "Clip", Set.of(1, 2),
            "Resize", Set.of(1, 2, 3),
            "Upsample", Set.of(1),
            "Pad", Set.of(2),
            "Dropout", Set.of(1, 2),
            "QuantizeLinear", Set.of(1, 2),
            "DequantizeLinear", Set.of(1, 2),
            "BatchNormalization", Set.of(3, 4),
            "Where", Set.of(0),
            "Pow", Set.of(1));

    private static final Set<String> SINGLE_NUMBER_WEIGHTS = Set.of(
            "Conv",
            "ConvTranspose",
            "Gemm",
            "MatMul",
            "BatchNormalization",
            "PRelu",
            "InstanceNormalization",
            "FakeQuantizeActivation",
            "FakeQuantizeWeight",
            "FakeQuantizeBias");

    private final Graph graph;
    private final Map<String, Tensor> weights = new LinkedHashMap<>();
    private final Map<String, Tensor> statistics = new LinkedHashMap<>();
    private final Map<String, Value> constants = new HashMap<>();

    private ModelState(Graph graph) {
        this.graph = graph;
    }

    /**
     * Loads a graph's initialisers into the engine, outside of any scope.
     *
     * @param trains whether a weight of this name trains; the others stay as they are
     */
    public static ModelState load(Graph graph, TensorBackend backend, Predicate<String> trains) {
        ModelState state = new ModelState(graph);
        Set<String> weights = weightNames(graph);
        Set<String> statistics = statisticNames(graph);
        graph.initializers().forEach((name, tensor) -> {
            if (statistics.contains(name)) {
                state.statistics.put(name, backend.floats(tensor.toFloats(), tensor.sizes()));
            } else if (weights.contains(name) && trains.test(name)) {
                Tensor weight = backend.floats(tensor.toFloats(), tensor.sizes());
                backend.trackGradient(weight, true);
                state.weights.put(name, weight);
            } else if (tensor.type() != ElementType.STRING) {
                state.constants.put(name, Constants.of(tensor, backend));
            }
        });
        return state;
    }

    public static ModelState load(Graph graph, TensorBackend backend) {
        return load(graph, backend, name -> true);
    }

    /** For inference: nothing tracks a gradient. */
    public static ModelState frozen(Graph graph, TensorBackend backend) {
        return load(graph, backend, name -> false);
    }

    /** Initialisers that hold weights. */
    public static Set<String> weightNames(Graph graph) {
        Set<String> names = new LinkedHashSet<>();
        Set<String> excluded = new LinkedHashSet<>();
        for (Node node : graph.nodes()) {
            for (int i = 0; i < node.inputs().size(); i++) {
                var tensor = graph.initializer(node.input(i)).orElse(null);
                if (tensor == null || tensor.type() != ElementType.FLOAT) {
                    continue;
                }
                boolean single = tensor.elements() == 1 && !SINGLE_NUMBER_WEIGHTS.contains(node.op());
                if (single || NO_WEIGHT.getOrDefault(node.op(), Set.of()).contains(i)) {
                    excluded.add(node.input(i));
                } else {
                    names.add(node.input(i));
                }
            }
        }
        names.removeAll(excluded);
        return names;
    }

    private static Set<String> statisticNames(Graph graph) {
        Set<String> names = new LinkedHashSet<>();
        for (Node node : graph.nodes("BatchNormalization")) {
            names.add(node.input(3));
            names.add(node.input(4));
        }
        return names;
    }

    /** Weights that train, by initialiser name, in file order. */
    public Map<String, Tensor> weights() {
        return Collections.unmodifiableMap(weights);
    }

    /** Running means and variances. */
    public Map<String, Tensor> statistics() {
        return Collections.unmodifiableMap(statistics);
    }

    /** All of them by name, borrowed into a scope, ready to run. */
    public Map<String, Value> values(TensorBackend.Scope scope) {
        Map<String, Value> values = new HashMap<>(constants);
        constants.values().forEach(value -> {
            if (value instanceof Value.Dense dense) {
                scope.borrow(dense.tensor());
            }
        });
        weights.forEach((name, tensor) -> {
            scope.borrow(tensor);
            values.put(name, new Value.Dense(tensor));
        });
        statistics.forEach((name, tensor) -> {
            scope.borrow(tensor);
            values.put(name, new Value.Dense(tensor));
        });
        return values;
    }

    /** A copy of every weight and statistic on the JVM. */
    public Map<String, float[]> snapshot() {
        Map<String, float[]> copy = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> copy.put(name, tensor.toFloats()));
        statistics.forEach((name, tensor) -> copy.put(name, tensor.toFloats()));
        return copy;
    }

    /** Puts values from {@link #snapshot} back. Names that are not held here are ignored. */
    public void restore(Map<String, float[]> values) {
        values.forEach((name, floats) -> {
            Tensor tensor = weights.getOrDefault(name, statistics.get(name));
            if (tensor != null) {
                tensor.assign(floats);
            }
        });
    }

    /** The graph with these values in place of its initialisers. */
    public static Graph write(Graph graph, Map<String, float[]> values) {
        GraphEdit edit = graph.edit();
        values.forEach(
                (name, floats) -> graph.initializer(name).ifPresent(tensor -> edit.put(tensor.withFloats(floats))));
        return edit.build();
    }

    public Graph graph() {
        return graph;
    }
}
