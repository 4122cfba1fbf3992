package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A layer with int8 weights and quantised input in a QDQ graph, as the integer kernels see it: for each group of outputs a matrix over the
 * inputs K in the kernel's order. Convolutions run with channels last, so K is (kernel row, kernel column, input channel).
 *
 * @param node Conv, Gemm or MatMul
 * @param inputNode the DequantizeLinear of its input
 * @param weightNode the DequantizeLinear of its weight
 * @param codes the weight's codes in its own order
 * @param sizes the weight's sizes
 * @param scales one for all outputs, or one for each
 */
record Int8Layer(Node node, Node inputNode, Node weightNode, byte[] codes, long[] sizes, float[] scales) {

    /** All of a graph, in topological order. */
    static List<Int8Layer> of(Graph graph) {
        List<Int8Layer> layers = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (node.is("Conv") || node.is("Gemm") || node.is("MatMul")) {
                one(graph, node).ifPresent(layers::add);
            }
        }
        return layers;
    }

    private static Optional<Int8Layer> one(Graph graph, Node node) {
        Node input = graph.producer(node.input(0)).orElse(null);
        Node weight = graph.producer(node.input(1)).orElse(null);
        if (input == null || weight == null || !input.is("DequantizeLinear") || !weight.is("DequantizeLinear")) {
            return Optional.empty();
        }
        Tensor codes = graph.constant(weight.input(0)).orElse(null);
        Tensor scales = graph.constant(weight.input(1)).orElse(null);
        boolean conv = node.is("Conv");
        if (codes == null
                || scales == null
                || codes.type() != ElementType.INT8
                || codes.rank() != (conv ? 4 : 2)
                || node.intAttribute("transA", 0) != 0) {
            return Optional.empty();
        }
        byte[] values = new byte[codes.data().remaining()];
        codes.data().get(values);
        return Optional.of(new Int8Layer(node, input, weight, values, codes.sizes(), scales.toFloats()));
    }

    boolean isConv() {
        return node.is("Conv");
    }

    private boolean outputsFirst() {
        return isConv() || node.is("Gemm") && node.intAttribute("transB", 0) != 0;
    }

    int outputs() {
        return (int) sizes[outputsFirst() ? 0 : 1];
    }

    /** K: the inputs of one output. */
    int inputs() {
        return codes.length / outputs();
    }

    /** False for depthwise convolutions, whose kernels widen before they add. */
    boolean saturates() {
        return !(isConv() && node.intAttribute("group", 1) > 1 && sizes[1] == 1);
    }

    /** Where input k, in the kernel's order, of an output lies in the weight. */
    int position(int k, int output) {
        if (isConv()) {
            int channels = (int) sizes[1];
            int plane = (int) (sizes[2] * sizes[3]);
            return (output * channels + k % channels) * plane + k / channels;
        }
        return outputsFirst() ? output * inputs() + k : k * outputs() + output;
    }

    int code(int k, int output) {
        return codes[position(k, output)];
    }

    float scale(int output) {
        return scales[scales.length == 1 ? 0 : output];
    }

    /** The neighbours that the kernel adds in 16 bits. */
    List<int[]> pairs() {
        List<int[]> pairs = new ArrayList<>();
        for (int k = 0; k + 1 < inputs(); k += 2) {
            pairs.add(new int[] {k, k + 1});
        }
        return pairs;
    }
}
