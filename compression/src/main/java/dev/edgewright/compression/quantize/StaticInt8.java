package dev.edgewright.compression.quantize;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.calibration.ActivationStatistics;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.runtime.ShapeInference;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Static int8 in the QDQ form that ONNX Runtime fuses: int8 asymmetric activations with one QuantizeLinear for each value, int8 symmetric
 * weights per output channel, int32 biases.
 *
 * <pre>
 * before: x -> Conv(W, b) -> Relu -> y
 * after:  x -> Q -> DQ -> Conv(DQ(W8), DQ(b32)) -> Relu -> Q -> DQ -> y
 * </pre>
 *
 * Needs a cleaned-up graph, opset 13 or newer, and statistics of {@link #watched}. Operators without an int8 kernel stay float, with a
 * note. Method: Jacob et al. 2018 (arXiv 1712.05877), Krishnamoorthi 2018 (arXiv 1806.08342).
 */
public final class StaticInt8 implements Pass {

    private static final int PER_CHANNEL_OPSET = 13;
    private static final Set<String> LAYERS = Set.of("Conv", "Gemm", "MatMul");

    private final StaticInt8Options options;
    private final ActivationStatistics statistics;

    /** @param statistics of the same graph, over at least the values that {@link #watched} names */
    public StaticInt8(StaticInt8Options options, ActivationStatistics statistics) {
        this.options = options;
        this.statistics = statistics;
    }

    /**
     * The values whose ranges this pass may ask for, whichever layers are told to stay float, and the normalisations that {@link Smoothing}
     * looks at.
     */
    public static Set<String> watched(Graph graph, PassContext context) {
        Plan all = Plan.of(graph, context.shapes(graph), StaticInt8Options.defaults());
        Set<String> values = new LinkedHashSet<>(all.quantizedValues());
        Normalization.all(graph).stream()
                .filter(norm -> norm.layersBehind(graph).isPresent())
                .forEach(norm -> values.add(norm.output()));
        return values;
    }

    /** The ids (first output) of the layers with weights that this pass can quantise, in topological order. */
    public static List<String> layers(Graph graph, PassContext context) {
        return Units.all(graph, context.shapes(graph)).stream()
                .filter(Unit::hasWeight)
                .map(Unit::id)
                .toList();
    }

    /** The ids of the depthwise convolutions among them. */
    public static List<String> depthwise(Graph graph, PassContext context) {
        return Units.all(graph, context.shapes(graph)).stream()
                .filter(unit -> Units.isDepthwise(graph, unit.node()))
                .map(Unit::id)
                .toList();
    }

    /** True when the graph holds quantised operators already. */
    public static boolean isQuantized(Graph graph) {
        Set<String> signs = Set.of(
                "QuantizeLinear",
                "DequantizeLinear",
                "DynamicQuantizeLinear",
                "QLinearConv",
                "QLinearMatMul",
                "MatMulInteger",
                "ConvInteger",
                "MatMulNBits",
                "QAttention",
                "QGemm");
        return graph.nodes().stream().anyMatch(node -> signs.contains(node.op()));
    }

    @Override
    public String name() {
        return "int8-static";
    }

    @Override
    public void requires(Graph graph, PassContext context) {
        if (isQuantized(graph)) {
            throw new CompressionException(
                    Code.ALREADY_QUANTIZED,
                    graph.name() + " holds quantised operators already; start from the float model");
        }
        if (graph.opset() < PER_CHANNEL_OPSET) {
            throw new CompressionException(
                    Code.OPSET_UNSUPPORTED,
                    "int8 weights per channel need operator set 13 and the model has " + graph.opset()
                            + "; clean it up first");
        }
        for (Node node : graph.nodes()) {
            if (node.isAnyOf(LAYERS)) {
                graph.constant(node.input(1)).ifPresent(StaticInt8::finite);
            }
        }
    }

    private static void finite(Tensor weight) {
        if (weight.type() != ElementType.FLOAT) {
            return;
        }
        FloatBuffer values = weight.data().asFloatBuffer();
        for (int i = 0; i < values.limit(); i++) {
            if (!Float.isFinite(values.get(i))) {
                throw new CompressionException(
                        Code.WEIGHTS_NOT_FINITE,
                        "weight " + weight.name() + " holds " + values.get(i) + " at element " + i
                                + "; train or export it again");
            }
        }
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        ShapeInference shapes = context.shapes(graph);
        Plan plan = Plan.of(graph, shapes, options);
        List<String> notes = new ArrayList<>(plan.notes());
        if (plan.units().stream().noneMatch(Unit::hasWeight)) {
            notes.add("int8: no Conv, Gemm or MatMul with constant weights was found");
            return PassResult.unchanged(graph, notes);
        }
        Parameters parameters = Parameters.of(plan, statistics, options.calibrator());
        QdqWriter writer = new QdqWriter(graph, plan, parameters, options);
        Graph quantized = writer.write();
        notes.addAll(floatLayers(graph, plan));
        notes.addAll(writer.notes());
        long layers = plan.units().stream().filter(Unit::hasWeight).count();
        return PassResult.changed(
                quantized,
                "int8-static: " + layers + " layers, " + plan.quantizedValues().size() + " activations, "
                        + options.describe() + " samples=" + statistics.samples(),
                notes);
    }

    private static List<String> floatLayers(Graph graph, Plan plan) {
        Set<String> quantized = new LinkedHashSet<>();
        plan.units().forEach(unit -> quantized.add(unit.id()));
        List<String> notes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            boolean layer = node.is("Conv") || node.is("Gemm") || node.is("ConvTranspose");
            boolean weighted = node.hasInput(1)
                    && graph.constant(node.input(1)).map(Tensor::rank).orElse(0) >= 2;
            if (layer && weighted && !quantized.contains(node.output(0))) {
                notes.add("int8: " + node.op() + " " + node.label() + " stays float");
            }
        }
        return notes;
    }

    @Override
    public void ensures(Graph before, PassResult result) {
        for (Node node : result.graph().nodes("QuantizeLinear")) {
            long readers = result.graph().consumers(node.input(0)).stream()
                    .filter(reader -> reader.is("QuantizeLinear"))
                    .count();
            if (readers > 1) {
                throw new CompressionException(
                        Code.PASS_BROKEN,
                        "value " + node.input(0) + " has " + readers + " QuantizeLinear; one must serve all");
            }
        }
    }
}
