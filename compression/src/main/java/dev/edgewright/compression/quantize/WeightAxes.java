package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.Optional;

/**
 * Which input and output channel each element of a layer's weight belongs to, for Conv of any groups, Gemm and MatMul.
 *
 * @param node the layer
 * @param weight its constant weight, floats
 */
record WeightAxes(Node node, Tensor weight) {

    /** Empty for other nodes, and for layers whose weight is not a constant that only they read. */
    static Optional<WeightAxes> of(Graph graph, Node node) {
        boolean layer = node.domain().isEmpty()
                && (node.is("Conv") || node.is("Gemm") || node.is("MatMul"))
                && node.hasInput(1)
                && graph.constant(node.input(0)).isEmpty();
        Tensor weight = layer ? graph.constant(node.input(1)).orElse(null) : null;
        if (weight == null
                || weight.type() != ElementType.FLOAT
                || !graph.hasOneUse(node.input(1))
                || (node.is("Conv") ? weight.rank() < 3 : weight.rank() != 2)
                || node.is("Gemm") && !plainGemm(node)) {
            return Optional.empty();
        }
        return Optional.of(new WeightAxes(node, weight));
    }

    private static boolean plainGemm(Node node) {
        return node.intAttribute("transA", 0) == 0
                && node.floatAttribute("alpha", 1) == 1
                && node.floatAttribute("beta", 1) == 1;
    }

    private boolean outputsFirst() {
        return node.is("Conv") || node.is("Gemm") && node.intAttribute("transB", 0) != 0;
    }

    int outputs() {
        return (int) weight.size(outputsFirst() ? 0 : 1);
    }

    int inputs() {
        return node.is("Conv")
                ? (int) (weight.size(1) * node.intAttribute("group", 1))
                : (int) weight.size(outputsFirst() ? 1 : 0);
    }

    private int perOutput() {
        return (int) (weight.elements() / outputs());
    }

    /** The output channel of an element, by its position in the weight. */
    int output(int position) {
        return outputsFirst() ? position / perOutput() : position % outputs();
    }

    /** The input channel of an element, by its position in the weight. */
    int input(int position) {
        if (node.is("Conv")) {
            int perGroup = (int) weight.size(1);
            int plane = perOutput() / perGroup;
            int group = output(position) / (outputs() / (int) node.intAttribute("group", 1));
            return group * perGroup + position % perOutput() / plane;
        }
        return outputsFirst() ? position % perOutput() : position / outputs();
    }
}
