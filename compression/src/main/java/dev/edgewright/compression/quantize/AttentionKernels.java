package dev.edgewright.compression.quantize;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.PassContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes products, scores, softmax and mixing as one kernel of ONNX Runtime, QAttention, which works on all heads at once:
 *
 * <pre>
 * codes -> QAttention(W8 of query, key and value, biases, mask as int32) -> y
 * </pre>
 */
final class AttentionKernels {

    private static final int INT32 = 6;

    private final Graph graph;
    private final GraphEdit edit;
    private final boolean perChannel;
    private final Map<String, String> masks = new HashMap<>();

    AttentionKernels(Graph graph, GraphEdit edit, boolean perChannel) {
        this.graph = graph;
        this.edit = edit;
        this.perChannel = perChannel;
    }

    /** Attentions whose products can be coded; they are only looked for where there is a Softmax. */
    static List<SelfAttention> fitting(Graph graph, PassContext context, Set<Node> products) {
        if (graph.nodes("Softmax").isEmpty()) {
            return List.of();
        }
        return SelfAttention.all(graph, context.shapes(graph)).stream()
                .filter(attention -> products.containsAll(attention.products()))
                .toList();
    }

    /**
     * Replaces one attention.
     *
     * @param products of query, key and value
     * @param input the names of the input's codes, scale and zero point
     */
    void write(SelfAttention attention, List<ConstantProducts> products, String[] input) {
        String output = attention.output().output(0);
        List<WeightCodes> codings =
                products.stream().map(product -> product.coded(perChannel)).toList();
        Map.Entry<Tensor, float[]> weights = SelfAttention.weights(output + "_weight_quantized", products, codings);
        float[] scales = weights.getValue();
        float[] bias = new float[scales.length];
        for (int p = 0; p < 3; p++) {
            float[] one =
                    graph.constant(attention.biases().get(p)).orElseThrow().toFloats();
            System.arraycopy(one, 0, bias, p * one.length, one.length);
        }
        String mask = attention
                .mask()
                .map(value -> masks.computeIfAbsent(value, this::asInts))
                .orElse("");
        attention.nodes().forEach(edit::remove);
        edit.replace(
                attention.output(),
                Node.of(
                        "com.microsoft",
                        "QAttention",
                        output + "_QAttention",
                        List.of(
                                input[0],
                                edit.putFresh(weights.getKey()),
                                edit.putFresh(Tensor.ofFloats(output + "_bias", bias, bias.length)),
                                input[1],
                                edit.putFresh(Tensor.ofFloats(output + "_weight_scale", scales, scales.length)),
                                mask,
                                input[2],
                                edit.putFresh(Tensor.ofInt8(
                                        output + "_weight_zero_point", new byte[scales.length], scales.length))),
                        List.of(output),
                        Attribute.ofInt("num_heads", attention.heads()),
                        Attribute.ofFloat("mask_filter_value", attention.filter())));
        edit.setOpset("com.microsoft", 1);
    }

    private String asInts(String mask) {
        String ints = edit.freshName(mask + "_int32");
        edit.add(Node.of("Cast", ints, List.of(mask), List.of(ints), Attribute.ofInt("to", INT32)));
        return ints;
    }
}
