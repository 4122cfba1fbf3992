package dev.edgewright.compression.cleanup;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A layer normalisation over the last axis with constant weights: the operator of set 17, or its nine nodes as older exports write them,
 * x - mean, over the root of the mean square of that, times gamma, plus beta.
 *
 * @param nodes all of it
 * @param input what is normalised
 * @param output the value behind beta
 * @param gamma the weight's name, [C]
 * @param beta the bias's name, [C]; empty when there is none
 * @param epsilon what is added to the variance
 * @param axis the first axis that is normalised, negative from the end
 */
record LayerNorm(
        List<Node> nodes, String input, String output, String gamma, Optional<String> beta, float epsilon, long axis) {

    /** All of a graph, in topological order. */
    static List<LayerNorm> all(Graph graph) {
        List<LayerNorm> all = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (node.is("LayerNormalization")) {
                operator(graph, node).ifPresent(all::add);
            } else if (node.is("Add")) {
                written(graph, node).ifPresent(all::add);
            }
        }
        return all;
    }

    /** True when it is over this axis alone, the last of a value. */
    boolean isOver(int last) {
        return axis == -1 || axis == last;
    }

    private static Optional<LayerNorm> operator(Graph graph, Node node) {
        boolean plain = vector(graph, node.input(1)).isPresent()
                && (!node.hasInput(2) || vector(graph, node.input(2)).isPresent())
                && node.outputs().stream()
                        .skip(1)
                        .allMatch(out -> out.isEmpty() || graph.consumers(out).isEmpty() && !graph.isOutput(out));
        return plain
                ? Optional.of(new LayerNorm(
                        List.of(node),
                        node.input(0),
                        node.output(0),
                        node.input(1),
                        node.hasInput(2) ? Optional.of(node.input(2)) : Optional.empty(),
                        node.floatAttribute("epsilon", 1e-5f),
                        node.intAttribute("axis", -1)))
                : Optional.empty();
    }

    private static Optional<LayerNorm> written(Graph graph, Node last) {
        List<Node> nodes = new ArrayList<>(List.of(last));
        int beta = vector(graph, last.input(1)).isPresent() ? 1 : 0;
        Node times = inner(graph, last.input(1 - beta), "Mul", nodes);
        if (times == null || vector(graph, last.input(beta)).isEmpty()) {
            return Optional.empty();
        }
        int gamma = vector(graph, times.input(1)).isPresent() ? 1 : 0;
        Node divided = inner(graph, times.input(1 - gamma), "Div", nodes);
        Node root = divided == null ? null : inner(graph, divided.input(1), "Sqrt", nodes);
        Node plus = root == null ? null : inner(graph, root.input(0), "Add", nodes);
        if (plus == null || vector(graph, times.input(gamma)).isEmpty()) {
            return Optional.empty();
        }
        int epsilon = number(graph, plus.input(1)).isPresent() ? 1 : 0;
        Optional<Float> added = number(graph, plus.input(epsilon));
        Node variance = inner(graph, plus.input(1 - epsilon), "ReduceMean", nodes);
        Node square = variance == null ? null : square(graph, variance.input(0), nodes);
        Node centred = square == null ? null : graph.producer(square.input(0)).orElse(null);
        if (added.isEmpty() || centred == null || !centred.is("Sub") || !overLast(graph, variance)) {
            return Optional.empty();
        }
        nodes.add(centred);
        Node mean = inner(graph, centred.input(1), "ReduceMean", nodes);
        boolean closes = mean != null
                && overLast(graph, mean)
                && mean.input(0).equals(centred.input(0))
                && divided.input(0).equals(centred.output(0))
                && !graph.isOutput(centred.output(0))
                && nodes.containsAll(graph.consumers(centred.output(0)));
        return closes
                ? Optional.of(new LayerNorm(
                        nodes,
                        centred.input(0),
                        last.output(0),
                        times.input(gamma),
                        Optional.of(last.input(beta)),
                        added.get(),
                        -1))
                : Optional.empty();
    }

    /** The producer of a value that nothing else reads, when it is this operator. */
    private static Node inner(Graph graph, String value, String op, List<Node> nodes) {
        Node node = graph.producer(value).filter(producer -> producer.is(op)).orElse(null);
        if (node == null || !graph.hasOneUse(value)) {
            return null;
        }
        nodes.add(node);
        return node;
    }

    /** Pow(x, 2), or Mul(x, x). */
    private static Node square(Graph graph, String value, List<Node> nodes) {
        Node node = graph.producer(value).orElse(null);
        boolean squares = node != null
                && graph.hasOneUse(value)
                && (node.is("Pow") && number(graph, node.input(1)).orElse(0f) == 2
                        || node.is("Mul") && node.input(0).equals(node.input(1)));
        if (!squares) {
            return null;
        }
        nodes.add(node);
        return node;
    }

    private static boolean overLast(Graph graph, Node mean) {
        long[] axes = mean.hasInput(1)
                ? graph.constant(mean.input(1)).map(Tensor::toLongs).orElse(new long[0])
                : mean.intsAttribute("axes");
        return axes.length == 1 && axes[0] == -1 && mean.intAttribute("keepdims", 1) == 1;
    }

    private static Optional<Float> number(Graph graph, String value) {
        return graph.constant(value)
                .filter(tensor -> tensor.elements() == 1 && tensor.type() == ElementType.FLOAT)
                .map(tensor -> tensor.toFloats()[0]);
    }

    private static Optional<Tensor> vector(Graph graph, String value) {
        return graph.constant(value)
                .filter(tensor -> tensor.type() == ElementType.FLOAT && tensor.rank() == 1 && tensor.elements() > 1);
    }
}
