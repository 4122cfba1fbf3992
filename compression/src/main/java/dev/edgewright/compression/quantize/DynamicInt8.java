package dev.edgewright.compression.quantize;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Dynamic int8: weights are coded here, activations at run time from their own range. Needs no data. Convolutions stay float, because
 * ConvInteger has no fast kernel.
 *
 * <pre>
 * before: x -> MatMul(W) -> Add(b) -> y
 * after:  x -> DynamicQuantizeLinear -> MatMulInteger(W8) -> Cast -> Mul(xs * ws) -> Add(b) -> y
 * </pre>
 *
 * This is the form that ONNX Runtime fuses into DynamicQuantizeMatMul. The output depends on what else is in the batch, since one range
 * serves the whole tensor.
 */
public final class DynamicInt8 implements Pass {

    private static final int MINIMUM_OPSET = 11;
    private static final int FLOAT = 1;

    private final boolean perChannel;

    /** @param perChannel one weight scale for each output, else one for each weight */
    public DynamicInt8(boolean perChannel) {
        this.perChannel = perChannel;
    }

    @Override
    public String name() {
        return "int8-dynamic";
    }

    @Override
    public void requires(Graph graph, PassContext context) {
        if (StaticInt8.isQuantized(graph)) {
            throw new CompressionException(
                    Code.ALREADY_QUANTIZED,
                    graph.name() + " holds quantised operators already; start from the float model");
        }
        if (graph.opset() < MINIMUM_OPSET) {
            throw new CompressionException(
                    Code.OPSET_UNSUPPORTED,
                    "DynamicQuantizeLinear needs operator set 11 and the model has " + graph.opset());
        }
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        List<ConstantProducts> products = ConstantProducts.of(graph);
        Set<String> notes = new LinkedHashSet<>();
        long convolutions =
                graph.nodes("Conv").size() + graph.nodes("ConvTranspose").size();
        if (convolutions > 0) {
            notes.add("int8-dynamic: " + convolutions + " convolutions stay float; int8-static speeds them up");
        }
        if (products.isEmpty()) {
            notes.add("int8-dynamic: no MatMul or Gemm with constant weights was found");
            return PassResult.unchanged(graph, List.copyOf(notes));
        }
        GraphEdit edit = graph.edit();
        Map<String, String[]> quantized = new HashMap<>();
        Map<Node, ConstantProducts> byNode = new IdentityHashMap<>();
        products.forEach(product -> byNode.put(product.node(), product));
        List<SelfAttention> attentions = AttentionKernels.fitting(graph, context, byNode.keySet());
        AttentionKernels kernels = new AttentionKernels(graph, edit, perChannel);
        for (SelfAttention attention : attentions) {
            String[] input = quantized.computeIfAbsent(attention.input(), value -> quantize(edit, value));
            List<ConstantProducts> three =
                    attention.products().stream().map(byNode::remove).toList();
            kernels.write(attention, three, input);
        }
        for (ConstantProducts product : products) {
            if (!byNode.containsKey(product.node())) {
                continue; // within an attention
            }
            String[] input = quantized.computeIfAbsent(product.node().input(0), value -> quantize(edit, value));
            rewrite(edit, product, input);
        }
        products.forEach(product -> dropUnread(graph, edit, product, products));
        return PassResult.changed(
                edit.build(),
                "int8-dynamic: " + products.size() + " products" + (perChannel ? " per-channel" : " per-tensor")
                        + (attentions.isEmpty() ? "" : ", of them those of " + attentions.size() + " attentions fused"),
                List.copyOf(notes));
    }

    /** One quantisation serves all products that read the value. */
    private static String[] quantize(GraphEdit edit, String value) {
        String[] names = {
            edit.freshName(value + "_quantized"),
            edit.freshName(value + "_scale"),
            edit.freshName(value + "_zero_point")
        };
        edit.add(Node.of("DynamicQuantizeLinear", value + "_DynamicQuantizeLinear", List.of(value), List.of(names)));
        return names;
    }

    private void rewrite(GraphEdit edit, ConstantProducts product, String[] input) {
        String stem = product.stem();
        WeightCodes codes = product.coded(perChannel);
        long[] sizes = perChannel ? new long[] {product.columns()} : new long[0];
        String coded = edit.putFresh(
                Tensor.ofInt8(stem + "_weight_quantized", codes.codes(), product.rows(), product.columns()));
        String scale = edit.putFresh(Tensor.ofFloats(stem + "_weight_scale", codes.scales(), sizes));
        String zero = edit.putFresh(Tensor.ofInt8(stem + "_weight_zero_point", new byte[codes.scales().length], sizes));
        String sum = edit.freshName(stem + "_sum");
        String real = edit.freshName(stem + "_float");
        String scales = edit.freshName(stem + "_scales");
        String output = product.node().output(0);
        String scaled = product.bias().isPresent() ? edit.freshName(stem + "_scaled") : output;
        edit.remove(product.node());
        edit.add(Node.of("MatMulInteger", stem, List.of(input[0], coded, input[2], zero), List.of(sum)));
        edit.add(Node.of("Cast", stem + "_Cast", List.of(sum), List.of(real), Attribute.ofInt("to", FLOAT)));
        edit.add(Node.of("Mul", stem + "_scales", List.of(input[1], scale), List.of(scales)));
        edit.add(Node.of("Mul", stem + "_Mul", List.of(real, scales), List.of(scaled)));
        product.bias()
                .ifPresent(bias -> edit.add(Node.of("Add", stem + "_Add", List.of(scaled, bias), List.of(output))));
    }

    /** Removes a float weight that no other node reads. */
    static void dropUnread(Graph graph, GraphEdit edit, ConstantProducts product, List<ConstantProducts> rewritten) {
        String weight = product.node().input(1);
        boolean read = graph.consumers(weight).stream()
                .anyMatch(node -> rewritten.stream().noneMatch(other -> other.node() == node));
        if (!read && !graph.isOutput(weight) && graph.initializers().containsKey(weight)) {
            edit.removeInitializer(weight);
        }
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        for (Node node : result.graph().nodes("MatMulInteger")) {
            boolean unsigned = result.graph()
                    .constant(node.input(1))
                    .map(weight -> weight.type() == ElementType.INT8)
                    .orElse(false);
            if (!unsigned) {
                throw new CompressionException(Code.PASS_BROKEN, node.label() + " has weights that are not int8");
            }
        }
    }
}
