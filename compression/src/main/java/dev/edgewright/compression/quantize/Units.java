package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.quantize.Unit.Kind;
import dev.edgewright.compression.runtime.ShapeInference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the units of a graph: which operators ONNX Runtime's CPU provider can run in int8, and in which pattern. */
final class Units {

    private static final Set<String> TWO_OPERANDS = Set.of("Add", "Mul");
    private static final Set<String> ONE_OPERAND = Set.of("AveragePool", "GlobalAveragePool", "Sigmoid", "LeakyRelu");
    private static final Set<String> MOVERS = Set.of(
            "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Slice", "MaxPool", "Gather", "Expand", "Tile");

    private Units() {}

    /** The unit of a node, empty when it has to stay float. */
    static Optional<Unit> of(Graph graph, Node node, ShapeInference shapes) {
        if (!node.domain().isEmpty() || node.hasSubgraphs() || !floats(shapes, node.output(0))) {
            return Optional.empty();
        }
        if (node.is("Conv")) {
            return convolution(graph, node) ? Optional.of(unit(graph, node, Kind.CONVOLUTION)) : Optional.empty();
        }
        if (node.is("Gemm") || node.is("MatMul")) {
            return product(graph, node) ? Optional.of(unit(graph, node, Kind.PRODUCT)) : Optional.empty();
        }
        if (node.isAnyOf(TWO_OPERANDS)) {
            boolean activations = node.inputs().stream()
                    .allMatch(in -> floats(shapes, in) && graph.constant(in).isEmpty());
            return activations && !node.input(0).equals(node.input(1))
                    ? Optional.of(unit(graph, node, Kind.ARITHMETIC))
                    : Optional.empty();
        }
        if (node.is("Concat")) {
            boolean activations = node.inputs().stream()
                    .allMatch(in -> floats(shapes, in) && graph.constant(in).isEmpty());
            return activations
                    ? Optional.of(new Unit(
                            node, Kind.ARITHMETIC, Optional.empty(), Float.MAX_VALUE, node.inputs(), node.output(0)))
                    : Optional.empty();
        }
        if (node.isAnyOf(ONE_OPERAND)) {
            return Optional.of(new Unit(
                    node, Kind.ARITHMETIC, Optional.empty(), Float.MAX_VALUE, List.of(node.input(0)), node.output(0)));
        }
        if (node.isAnyOf(MOVERS)
                && node.outputs().size() == 1
                && graph.constant(node.input(0)).isEmpty()) {
            return Optional.of(new Unit(
                    node, Kind.MOVER, Optional.empty(), Float.MAX_VALUE, List.of(node.input(0)), node.output(0)));
        }
        return Optional.empty();
    }

    private static boolean floats(ShapeInference shapes, String value) {
        return shapes.info(value).map(info -> info.type() == ElementType.FLOAT).orElse(false);
    }

    private static boolean convolution(Graph graph, Node node) {
        Optional<Tensor> weight = graph.constant(node.input(1));
        return weight.isPresent()
                && weight.get().type() == ElementType.FLOAT
                && weight.get().rank() >= 3
                && (!node.hasInput(2) || graph.constant(node.input(2)).isPresent());
    }

    private static boolean product(Graph graph, Node node) {
        Optional<Tensor> weight = graph.constant(node.input(1));
        if (weight.isEmpty()
                || weight.get().type() != ElementType.FLOAT
                || weight.get().rank() != 2) {
            return false;
        }
        if (node.is("MatMul")) {
            return graph.constant(node.input(0)).isEmpty();
        }
        long outputs = weight.get().size(node.intAttribute("transB", 0) == 0 ? 1 : 0);
        boolean bias = !node.hasInput(2)
                || graph.constant(node.input(2))
                        .map(b -> b.elements() == outputs)
                        .orElse(false);
        return bias
                && node.floatAttribute("alpha", 1) == 1
                && (node.floatAttribute("beta", 1) == 1 || !node.hasInput(2))
                && node.intAttribute("transA", 0) == 0
                && graph.constant(node.input(0)).isEmpty();
    }

    private static Unit unit(Graph graph, Node node, Kind kind) {
        List<String> activations = kind == Kind.ARITHMETIC ? List.copyOf(node.inputs()) : List.of(node.input(0));
        String output = node.output(0);
        if (graph.hasOneUse(output)) {
            Node next = graph.consumers(output).get(0);
            Optional<Float> upper = clampUpper(graph, next);
            if (upper.isPresent()) {
                return new Unit(node, kind, Optional.of(next), upper.get(), activations, next.output(0));
            }
        }
        return new Unit(node, kind, Optional.empty(), Float.MAX_VALUE, activations, output);
    }

    /** The upper end of a Relu, or of a Clip that begins at zero. */
    static Optional<Float> clampUpper(Graph graph, Node node) {
        if (node.is("Relu")) {
            return Optional.of(Float.MAX_VALUE);
        }
        if (!node.is("Clip")) {
            return Optional.empty();
        }
        Optional<Float> low = bound(graph, node, 1, "min");
        Optional<Float> high = bound(graph, node, 2, "max");
        return low.isPresent() && low.get() == 0 && high.isPresent() && high.get() > 0 ? high : Optional.empty();
    }

    private static Optional<Float> bound(Graph graph, Node node, int input, String attribute) {
        if (node.hasInput(input)) {
            return graph.constant(node.input(input)).map(tensor -> tensor.toFloats()[0]);
        }
        return node.attribute(attribute)
                .map(a -> a.floatValue())
                .or(() -> input == 2 ? Optional.of(Float.MAX_VALUE) : Optional.empty());
    }

    /** True for a convolution with one input channel for each group: little work for its traffic, so int8 rarely pays. */
    static boolean isDepthwise(Graph graph, Node node) {
        return node.is("Conv")
                && node.intAttribute("group", 1) > 1
                && graph.constant(node.input(1))
                        .map(weight -> weight.size(1) == 1)
                        .orElse(false);
    }

    /** All units of a graph in topological order. */
    static List<Unit> all(Graph graph, ShapeInference shapes) {
        List<Unit> units = new ArrayList<>();
        for (Node node : graph.nodes()) {
            of(graph, node, shapes).ifPresent(units::add);
        }
        return units;
    }
}
