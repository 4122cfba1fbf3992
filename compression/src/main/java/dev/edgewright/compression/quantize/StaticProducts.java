package dev.edgewright.compression.quantize;

import dev.edgewright.compression.calibration.ChannelRanges;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Int8 products of a transformer with ranges from calibration data: self-attention as one kernel, other products as MatMulIntegerToFloat with
 * their biases, outliers among the input channels taken over by the weights ({@link ProductInput}).
 *
 * <pre>
 * before: x -> MatMul(W) -> Add(b) -> y
 * after:  x -> Mul(1 / f) -> QuantizeLinear(s, z) -> MatMulIntegerToFloat(W8 of f * W, s, ws, z, b) -> y
 * </pre>
 *
 * Both kernels are ONNX Runtime's, and written as such: what they take part in is float on either side, so there is nothing for its QDQ
 * optimiser to find. Against ranges taken at run time this saves looking for them, and leaves room for the factors.
 */
public final class StaticProducts implements Pass {

    /** Weights below this many numbers stay float: the kernels around them would cost more than they save. */
    private static final int SMALLEST = 4096;

    private static final String DOMAIN = "com.microsoft";

    private final Map<String, ChannelRanges> ranges;

    /** @param ranges of the values that {@link #watched} names, in the same graph */
    public StaticProducts(Map<String, ChannelRanges> ranges) {
        this.ranges = ranges;
    }

    /** Whether a graph holds a self-attention that becomes one kernel, and no convolutions, which have better int8 forms. */
    public static boolean fits(Graph graph, PassContext context) {
        return graph.nodes("Conv").isEmpty()
                && !AttentionKernels.fitting(graph, context, candidates(graph)).isEmpty();
    }

    /** The inputs of all products. */
    public static Set<String> watched(Graph graph) {
        Set<String> inputs = new LinkedHashSet<>();
        candidates(graph).forEach(node -> inputs.add(node.input(0)));
        return inputs;
    }

    /** The nodes that products are made of, without taking their weights into memory. */
    private static Set<Node> candidates(Graph graph) {
        Set<Node> nodes = new LinkedHashSet<>();
        for (Node node : graph.nodes()) {
            if ((node.is("MatMul") || node.is("Gemm"))
                    && graph.constant(node.input(0)).isEmpty()
                    && graph.constant(node.input(1))
                            .filter(weight -> weight.rank() == 2 && weight.elements() >= SMALLEST)
                            .isPresent()) {
                nodes.add(node);
            }
        }
        return nodes;
    }

    private static Map<Node, ConstantProducts> byNode(Graph graph) {
        Map<Node, ConstantProducts> products = new LinkedHashMap<>();
        ConstantProducts.of(graph).stream()
                .filter(product -> product.weights().length >= SMALLEST)
                .forEach(product -> products.put(product.node(), product));
        return products;
    }

    private static Map<String, List<ConstantProducts>> byInput(Map<Node, ConstantProducts> products) {
        Map<String, List<ConstantProducts>> byInput = new LinkedHashMap<>();
        products.values()
                .forEach(product -> byInput.computeIfAbsent(product.node().input(0), key -> new ArrayList<>())
                        .add(product));
        return byInput;
    }

    @Override
    public String name() {
        return "int8-static";
    }

    @Override
    public void requires(Graph graph, PassContext context) {
        new DynamicInt8(true).requires(graph, context);
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        Map<Node, ConstantProducts> products = byNode(graph);
        Map<String, List<ConstantProducts>> byInput = byInput(products);
        byInput.keySet().removeIf(input -> !ranges.containsKey(input));
        GraphEdit edit = graph.edit();
        Map<Node, ConstantProducts> taken = new IdentityHashMap<>();
        Map<String, String[]> codes = new LinkedHashMap<>();
        List<String> divided = new ArrayList<>();
        byInput.forEach((value, readers) -> {
            ProductInput input = ProductInput.of(ranges.get(value), readers);
            readers.forEach(product -> taken.put(product.node(), input.taken(product)));
            codes.put(value, quantize(edit, value, input));
            if (input.divides()) {
                divided.add(String.format(Locale.ROOT, "%s(noise=%.2f)", value, input.left()));
            }
        });
        List<SelfAttention> attentions = AttentionKernels.fitting(graph, context, taken.keySet());
        AttentionKernels kernels = new AttentionKernels(graph, edit, true);
        for (SelfAttention attention : attentions) {
            List<ConstantProducts> three =
                    attention.products().stream().map(taken::remove).toList();
            kernels.write(attention, three, codes.get(attention.input()));
        }
        products.keySet().stream()
                .filter(taken::containsKey)
                .forEach(node -> write(graph, edit, taken.get(node), codes.get(node.input(0))));
        List<ConstantProducts> all =
                byInput.values().stream().flatMap(List::stream).toList();
        all.forEach(product -> DynamicInt8.dropUnread(graph, edit, product, all));
        edit.setOpset(DOMAIN, 1);
        return PassResult.changed(
                edit.build(),
                "int8-static: " + all.size() + " products per-channel, those of " + attentions.size()
                        + " attentions fused, ranges calibrated"
                        + (divided.isEmpty()
                                ? ""
                                : "; outliers moved into weights behind " + String.join(" ", divided)));
    }

    /** The names of the codes, the scale and the zero point of a value. */
    private static String[] quantize(GraphEdit edit, String value, ProductInput input) {
        String source = value;
        if (input.divides()) {
            source = edit.freshName(value + "_divided");
            String inverse =
                    edit.putFresh(Tensor.ofFloats(value + "_inverse", input.inverse(), input.factors().length));
            edit.add(Node.of("Mul", source, List.of(value, inverse), List.of(source)));
        }
        ActivationParameters coded = ActivationParameters.covering(input.range());
        String[] names = {
            edit.freshName(value + "_quantized"),
            edit.putFresh(Tensor.scalar(value + "_scale", coded.scale())),
            edit.putFresh(Tensor.ofRaw(
                    value + "_zero_point", ElementType.UINT8, new long[0], new byte[] {(byte) (coded.zeroPoint() + 128)
                    }))
        };
        edit.add(Node.of("QuantizeLinear", names[0], List.of(source, names[1], names[2]), List.of(names[0])));
        return names;
    }

    private static void write(Graph graph, GraphEdit edit, ConstantProducts product, String[] input) {
        String stem = product.stem();
        Node node = product.node();
        WeightCodes codes = product.coded(true);
        Optional<Node> add = product.bias().isPresent() ? Optional.empty() : biasBehind(graph, product);
        String bias = product.bias()
                .or(() -> add.map(behind -> behind.input(behind.input(0).equals(node.output(0)) ? 1 : 0)))
                .orElse("");
        edit.remove(node);
        Node kernel = Node.of(
                DOMAIN,
                "MatMulIntegerToFloat",
                stem,
                List.of(
                        input[0],
                        edit.putFresh(Tensor.ofInt8(
                                stem + "_weight_quantized", codes.codes(), product.rows(), product.columns())),
                        input[1],
                        edit.putFresh(Tensor.ofFloats(stem + "_weight_scale", codes.scales(), product.columns())),
                        input[2],
                        "",
                        bias),
                List.of(add.orElse(node).output(0)));
        add.ifPresentOrElse(behind -> edit.replace(behind, kernel), () -> edit.add(kernel));
    }

    /** The Add of a constant with one number for each output, when nothing else reads the product. */
    private static Optional<Node> biasBehind(Graph graph, ConstantProducts product) {
        String output = product.node().output(0);
        if (graph.isOutput(output) || !graph.hasOneUse(output)) {
            return Optional.empty();
        }
        Node reader = graph.consumers(output).get(0);
        return Optional.of(reader)
                .filter(node -> node.is("Add"))
                .filter(node -> graph.constant(node.input(node.input(0).equals(output) ? 1 : 0))
                        .filter(tensor -> tensor.type() == ElementType.FLOAT
                                && tensor.rank() == 1
                                && tensor.elements() == product.columns())
                        .isPresent());
    }
}
