package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.runtime.OptimizedModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Opens a quantised graph as ONNX Runtime optimised it and finds the weights that are still turned back into floats in front of an
 * operator: those layers run in float, slower than before. The most reported disappointment of quantised models, turned into a finding.
 */
public final class FusionVerifier {

    private static final Set<String> LAYERS =
            Set.of("Conv", "Gemm", "MatMul", "FusedConv", "FusedGemm", "FusedMatMul", "ConvTranspose");

    private FusionVerifier() {}

    /**
     * A layer whose int8 weight did not fuse.
     *
     * @param layer the layer's output in the quantised graph
     * @param op what runs instead
     * @param weight the initialiser with the int8 codes
     * @param reason why, and what to do
     */
    public record Unfused(String layer, String op, String weight, String reason) {

        @Override
        public String toString() {
            return layer + " runs as float " + op + ": " + reason;
        }
    }

    /** All layers of a quantised graph whose weights did not fuse on this machine; empty is good. */
    public static List<Unfused> verify(Graph quantized) {
        return verify(quantized, OptimizedModel.of(quantized));
    }

    /** As {@link #verify(Graph)}, on an optimised graph that is at hand. */
    public static List<Unfused> verify(Graph quantized, Graph optimized) {
        Map<String, Node> layers = layersByWeight(quantized);
        List<Unfused> findings = new ArrayList<>();
        for (Node restored : optimized.nodes("DequantizeLinear")) {
            Optional<Tensor> codes = optimized.constant(restored.input(0));
            if (codes.isEmpty() || codes.get().rank() < 2) {
                continue;
            }
            for (Node reader : optimized.consumers(restored.output(0))) {
                if (!LAYERS.contains(reader.op())) {
                    continue;
                }
                Node layer = layers.get(restored.input(0));
                findings.add(new Unfused(
                        layer == null ? reader.output(0) : layer.output(0),
                        reader.op(),
                        restored.input(0),
                        layer == null
                                ? "ONNX Runtime quantised its float weight by itself, because it reads a dequantised value"
                                : reason(quantized, layer)));
            }
        }
        return findings;
    }

    private static Map<String, Node> layersByWeight(Graph graph) {
        Map<String, Node> layers = new HashMap<>();
        for (Node node : graph.nodes()) {
            if (node.hasInput(1)) {
                graph.producer(node.input(1))
                        .filter(dq -> dq.is("DequantizeLinear"))
                        .ifPresent(dq -> layers.putIfAbsent(dq.input(0), node));
            }
        }
        return layers;
    }

    /** Looks for the known reasons in the pattern around a layer. */
    static String reason(Graph graph, Node layer) {
        Optional<Node> input = graph.producer(layer.input(0));
        if (input.isEmpty() || !input.get().is("DequantizeLinear")) {
            return "its input is not quantised";
        }
        if (layer.is("Gemm") && layer.floatAttribute("alpha", 1) != 1) {
            return "alpha is not 1; fold it into the weight";
        }
        List<Node> readers = graph.consumers(layer.output(0));
        Node next = readers.isEmpty() ? null : readers.get(0);
        if (readers.size() > 1) {
            return "several nodes read its output directly; one QuantizeLinear must serve them all";
        }
        if (layer.is("MatMul") && next != null && next.is("Add")) {
            return "MatMul + Add with static shapes becomes a float Gemm; write it as Gemm with an int32 bias";
        }
        if (layer.is("Conv")) {
            return convolution(graph, layer, next);
        }
        return layer.hasInput(2)
                        && graph.producer(layer.input(2))
                                .map(dq -> !dq.is("DequantizeLinear"))
                                .orElse(true)
                ? "its bias is float; give it as int32"
                : "ONNX Runtime has no int8 kernel for this pattern";
    }

    private static String convolution(Graph graph, Node layer, Node next) {
        if (next == null) {
            return "its output is not quantised";
        }
        Node last = next;
        if (next.is("Relu") || next.is("Clip")) {
            List<Node> behind = graph.consumers(next.output(0));
            last = behind.isEmpty() ? next : behind.get(0);
        }
        if (!last.is("QuantizeLinear")) {
            return "its output is not quantised: " + last.op() + " stands between Conv and QuantizeLinear";
        }
        String in = type(graph, graph.producer(layer.input(0)).orElseThrow().input(2));
        String out = type(graph, last.input(2));
        if (!in.equals(out)) {
            return "it reads " + in + " and writes " + out + "; both sides must have the same type";
        }
        if (in.equals("INT8")
                && graph.producer(layer.input(0)).orElseThrow().inputs().size() > 2) {
            return "int8 activations that branch are not converted to uint8 on x86 while their neighbours are; use uint8";
        }
        return "the Relu or Clip behind it does not disappear: the lowest code must mean zero";
    }

    private static String type(Graph graph, String zeroPoint) {
        return graph.constant(zeroPoint).map(tensor -> tensor.type().name()).orElse("UINT8");
    }
}
