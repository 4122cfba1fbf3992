package dev.edgewright.compression.graph;

import dev.edgewright.compression.onnx.proto.GraphProto;
import dev.edgewright.compression.onnx.proto.ModelProto;
import dev.edgewright.compression.onnx.proto.OperatorSetIdProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Writes an architecture by hand. Each layer method adds nodes and weights, and gives the name of its output. Weights start as He
 * initialisation (He et al. 2015, arXiv 1502.01852) from a fixed seed, so the same calls give the same model, byte for byte.
 *
 * <pre>{@code
 * GraphBuilder net = GraphBuilder.named("tiny").seed(7);
 * String x = net.input("image", ElementType.FLOAT, "N", 1, 28, 28);
 * x = net.relu(net.batchNorm(net.conv(x, "conv1", 1, 16, 3, 1, 1, 1, false), "bn1", 16));
 * x = net.gemm(net.flatten(net.globalAveragePool(x)), "fc", 16, 10);
 * Graph graph = net.output(x, "logits", ElementType.FLOAT, "N", 10).build();
 * }</pre>
 */
public final class GraphBuilder {

    private final String name;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final List<ValueInfo> inputs = new ArrayList<>();
    private final List<ValueInfo> outputs = new ArrayList<>();
    private final Map<String, Integer> taken = new LinkedHashMap<>();
    private final Map<String, Long> opsets = new LinkedHashMap<>();
    private Random random = new Random(0);

    private GraphBuilder(String name) {
        this.name = name;
        opsets.put("", 17L);
    }

    /** Starts a graph with operator set 17. */
    public static GraphBuilder named(String name) {
        return new GraphBuilder(name);
    }

    /** The version of the standard operator set. */
    public GraphBuilder opset(long version) {
        return opset("", version);
    }

    /** Imports another domain. */
    public GraphBuilder opset(String domain, long version) {
        opsets.put(domain, version);
        return this;
    }

    /** Where initial weights come from. */
    public GraphBuilder seed(long seed) {
        random = new Random(seed);
        return this;
    }

    /** Declares an input; sizes are numbers or symbols. */
    public String input(String name, ElementType type, Object... sizes) {
        inputs.add(ValueInfo.tensor(name, type, Shape.ofMixed(sizes)));
        return name;
    }

    /** Declares an output under its own name; an Identity node is added when the value is not yet called that. */
    public GraphBuilder output(String value, String name, ElementType type, Object... sizes) {
        if (!value.equals(name)) {
            renameValue(value, name);
        }
        outputs.add(ValueInfo.tensor(name, type, Shape.ofMixed(sizes)));
        return this;
    }

    private void renameValue(String from, String to) {
        boolean isInput = inputs.stream().anyMatch(input -> input.name().equals(from));
        boolean isOutput = outputs.stream().anyMatch(output -> output.name().equals(from));
        if (isInput || isOutput || tensors.containsKey(from)) {
            nodes.add(Node.of("Identity", to, List.of(from), List.of(to)));
            return;
        }
        nodes.replaceAll(node -> node.withReadsRenamed(from, to)
                .withOutputs(node.outputs().stream()
                        .map(output -> output.equals(from) ? to : output)
                        .toList()));
    }

    /** Adds a constant and gives its name. */
    public String constant(Tensor tensor) {
        if (tensors.putIfAbsent(tensor.name(), tensor) != null) {
            throw new IllegalArgumentException("there already is a constant " + tensor.name());
        }
        return tensor.name();
    }

    /** A float constant. */
    public String floats(String name, float[] values, long... sizes) {
        return constant(Tensor.ofFloats(name, values, sizes));
    }

    /** An int64 constant vector. */
    public String longs(String name, long... values) {
        return constant(Tensor.ofLongs(name, values, values.length));
    }

    /** Any operator with one output. */
    public String op(String op, List<String> inputs, Attribute... attributes) {
        String wanted = op.toLowerCase(Locale.ROOT);
        int uses = taken.merge(wanted, 1, Integer::sum);
        return op("", op, uses == 1 ? wanted : wanted + uses, inputs, attributes);
    }

    /** Any operator of any domain with one output, under a name of its own; the output is called {@code NAME_out}. */
    public String op(String domain, String op, String name, List<String> inputs, Attribute... attributes) {
        String output = name + "_out";
        nodes.add(Node.of(domain, op, name, inputs, List.of(output), attributes));
        return output;
    }

    /** Any node as it is. */
    public GraphBuilder node(Node node) {
        nodes.add(node);
        return this;
    }

    /**
     * A square two-dimensional convolution, weights {@code NAME.weight} [out, in/groups, kernel, kernel], bias {@code NAME.bias} [out].
     *
     * @param x [N, in, H, W]
     */
    public String conv(
            String x, String name, int in, int out, int kernel, int stride, int padding, int groups, boolean bias) {
        List<String> operands = new ArrayList<>(List.of(x));
        operands.add(he(name + ".weight", (in / groups) * kernel * kernel, out, in / groups, kernel, kernel));
        if (bias) {
            operands.add(floats(name + ".bias", new float[out], out));
        }
        return op(
                "",
                "Conv",
                name,
                operands,
                Attribute.ofInts("dilations", 1, 1),
                Attribute.ofInt("group", groups),
                Attribute.ofInts("kernel_shape", kernel, kernel),
                Attribute.ofInts("pads", padding, padding, padding, padding),
                Attribute.ofInts("strides", stride, stride));
    }

    /** Batch normalisation in inference form: NAME.weight, .bias, .running_mean, .running_var, each [channels]. */
    public String batchNorm(String x, String name, int channels) {
        return op(
                "",
                "BatchNormalization",
                name,
                List.of(
                        x,
                        floats(name + ".weight", filled(channels, 1), channels),
                        floats(name + ".bias", new float[channels], channels),
                        floats(name + ".running_mean", new float[channels], channels),
                        floats(name + ".running_var", filled(channels, 1), channels)),
                Attribute.ofFloat("epsilon", 1e-5f));
    }

    /** A dense layer with transposed weights as exporters write it: NAME.weight [out, in], NAME.bias [out]; x is [M, in]. */
    public String gemm(String x, String name, int in, int out) {
        return op(
                "",
                "Gemm",
                name,
                List.of(x, he(name + ".weight", in, out, in), floats(name + ".bias", new float[out], out)),
                Attribute.ofInt("transB", 1));
    }

    /** A product with constant weights NAME.weight [in, out], as transformers have it; x is [..., in]. */
    public String matMul(String x, String name, int in, int out) {
        return op("", "MatMul", name, List.of(x, he(name + ".weight", in, in, out)));
    }

    public String relu(String x) {
        return op("Relu", List.of(x));
    }

    public String add(String a, String b) {
        return op("Add", List.of(a, b));
    }

    public String mul(String a, String b) {
        return op("Mul", List.of(a, b));
    }

    public String sigmoid(String x) {
        return op("Sigmoid", List.of(x));
    }

    /** Softmax over the last axis. */
    public String softmax(String x) {
        return op("Softmax", List.of(x), Attribute.ofInt("axis", -1));
    }

    public String maxPool(String x, int kernel, int stride) {
        return op(
                "MaxPool",
                List.of(x),
                Attribute.ofInts("kernel_shape", kernel, kernel),
                Attribute.ofInts("strides", stride, stride));
    }

    /** [N, C, H, W] to [N, C, 1, 1]. */
    public String globalAveragePool(String x) {
        return op("GlobalAveragePool", List.of(x));
    }

    /** [N, ...] to [N, product]. */
    public String flatten(String x) {
        return op("Flatten", List.of(x), Attribute.ofInt("axis", 1));
    }

    public String concat(int axis, String... values) {
        return op("Concat", List.of(values), Attribute.ofInt("axis", axis));
    }

    /** Puts a tensor in place of one that a layer method made, in the same sizes. */
    public GraphBuilder set(String name, float[] values) {
        Tensor present = tensors.get(name);
        if (present == null) {
            throw new IllegalArgumentException("there is no constant " + name);
        }
        tensors.put(name, present.withFloats(values));
        return this;
    }

    private String he(String name, int fanIn, long... sizes) {
        float[] values =
                new float[Math.toIntExact(java.util.Arrays.stream(sizes).reduce(1, Math::multiplyExact))];
        double deviation = Math.sqrt(2.0 / fanIn);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return floats(name, values, sizes);
    }

    private static float[] filled(int length, float value) {
        float[] values = new float[length];
        java.util.Arrays.fill(values, value);
        return values;
    }

    /** The graph, checked. */
    public Graph build() {
        ModelProto.Builder shell = ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("edgewright")
                .setGraph(GraphProto.newBuilder().setName(name));
        opsets.forEach((domain, version) -> shell.addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version)));
        return new Graph(shell.build(), nodes, tensors.values(), inputs, outputs, List.of());
    }
}
