package dev.edgewright.compression.quantize;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A MatMul or Gemm with constant float weights as y = x W + b.
 *
 * @param node the operator
 * @param weights W, row-major [rows, columns]
 * @param rows K, the length of an input row
 * @param columns N, the number of outputs
 * @param bias the name of b, empty when there is none
 */
record ConstantProducts(Node node, float[] weights, int rows, int columns, Optional<String> bias) {

    /** All of a graph, in topological order. */
    static List<ConstantProducts> of(Graph graph) {
        List<ConstantProducts> products = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (node.is("MatMul") || node.is("Gemm")) {
                one(graph, node).ifPresent(products::add);
            }
        }
        return products;
    }

    private static Optional<ConstantProducts> one(Graph graph, Node node) {
        Tensor weight = graph.constant(node.input(1)).orElse(null);
        boolean plain = node.floatAttribute("alpha", 1) == 1
                && node.floatAttribute("beta", 1) == 1
                && node.intAttribute("transA", 0) == 0;
        if (weight == null
                || weight.type() != ElementType.FLOAT
                || weight.rank() != 2
                || !plain
                || graph.constant(node.input(0)).isPresent()) {
            return Optional.empty();
        }
        boolean transposed = node.is("Gemm") && node.intAttribute("transB", 0) != 0;
        int rows = (int) weight.size(transposed ? 1 : 0);
        int columns = (int) weight.size(transposed ? 0 : 1);
        float[] values = weight.toFloats();
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new CompressionException(
                        Code.WEIGHTS_NOT_FINITE,
                        "weight " + weight.name() + " holds " + value + "; train or export it again");
            }
        }
        if (transposed) {
            float[] turned = new float[values.length];
            for (int k = 0; k < rows; k++) {
                for (int n = 0; n < columns; n++) {
                    turned[k * columns + n] = values[n * rows + k];
                }
            }
            values = turned;
        }
        Optional<String> bias = node.is("Gemm") && node.hasInput(2) ? Optional.of(node.input(2)) : Optional.empty();
        return Optional.of(new ConstantProducts(node, values, rows, columns, bias));
    }

    /** The weights as 8-bit codes. */
    WeightCodes coded(boolean perChannel) {
        Tensor weight = Tensor.ofFloats(stem(), weights, rows, columns);
        return WeightCodes.of(weight, 1, perChannel, WeightCodes.EIGHT_BITS, new float[0]);
    }

    /** What to call things made from this product. */
    String stem() {
        return node.name().isEmpty() ? node.output(0) : node.name();
    }
}
