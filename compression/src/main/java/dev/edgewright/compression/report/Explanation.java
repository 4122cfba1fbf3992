package dev.edgewright.compression.report;

import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.quantize.FusionVerifier;
import dev.edgewright.compression.quantize.FusionVerifier.Unfused;
import dev.edgewright.compression.quantize.StaticInt8;
import dev.edgewright.compression.runtime.OptimizedModel;
import dev.edgewright.compression.runtime.Profile;
import dev.edgewright.compression.runtime.Profile.Kernel;
import dev.edgewright.compression.runtime.SyntheticFeeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What runs where: every kernel of the graph as ONNX Runtime optimised it on this machine, whether it computes in int8 or float, its share
 * of the time, and for quantised layers that fell back to float the reason.
 *
 * @param rows one for each kernel, in order of execution
 * @param totalMicros the sum of all kernels in one run
 * @param unfused quantised layers that run in float
 */
public record Explanation(List<Row> rows, double totalMicros, List<Unfused> unfused) {

    private static final int RUNS = 200;

    /** How a kernel computes. */
    public enum Arithmetic {
        /** Products and sums of 8-bit codes. */
        INT8,
        /** Floats. */
        FLOAT,
        /** Between floats and codes: the price of a border. */
        CONVERSION,
        /** Moves values, or works on indices. */
        MOVE
    }

    /**
     * One kernel.
     *
     * @param name the node's name in the optimised graph
     * @param op the operator that runs
     * @param arithmetic how it computes
     * @param micros median time of one run, microseconds
     * @param share its share of all kernels, 0..1
     * @param reason why it is not int8, where that is known; empty otherwise
     */
    public record Row(String name, String op, Arithmetic arithmetic, double micros, double share, String reason) {}

    private static final Set<String> WITHOUT_INT8 = Set.of(
            "LayerNormalization",
            "SkipLayerNormalization",
            "SimplifiedLayerNormalization",
            "ReduceMean",
            "Sub",
            "Div",
            "Pad",
            "Clip",
            "Tanh",
            "Erf",
            "Gelu",
            "BiasGelu",
            "FastGelu",
            "HardSwish",
            "HardSigmoid",
            "PRelu",
            "ConvTranspose",
            "BatchNormalization",
            "InstanceNormalization",
            "LSTM",
            "GRU",
            "Pow",
            "Sqrt",
            "Exp");

    public Explanation {
        rows = List.copyOf(rows);
        unfused = List.copyOf(unfused);
    }

    /**
     * Explains a model on one thread.
     *
     * @param data where a sample to run comes from; null takes random numbers
     */
    public static Explanation of(Path model, DataSource data) {
        Graph graph = OnnxFile.read(model);
        Map<String, Tensor> feeds = feeds(graph, data);
        int runs = Profile.runs(graph.nodes().size(), RUNS);
        List<Kernel> kernels = Profile.of(model, feeds, 1, runs);
        boolean quantized = StaticInt8.isQuantized(graph);
        List<Unfused> unfused = quantized ? FusionVerifier.verify(graph, OptimizedModel.of(model)) : List.of();
        double total = kernels.stream().mapToDouble(Kernel::micros).sum();
        List<Row> rows = new ArrayList<>();
        for (Kernel kernel : kernels) {
            Arithmetic arithmetic = arithmetic(kernel);
            rows.add(new Row(
                    kernel.name(),
                    kernel.op(),
                    arithmetic,
                    kernel.micros(),
                    total == 0 ? 0 : kernel.micros() / total,
                    reason(kernel, arithmetic, quantized, unfused)));
        }
        return new Explanation(rows, total, unfused);
    }

    private static Map<String, Tensor> feeds(Graph graph, DataSource data) {
        if (data == null) {
            return SyntheticFeeds.of(graph.feeds(), 1);
        }
        Batching one = Batching.of(graph.feeds(), 1);
        return one.fit(data.validation().first(one.size())).inputs();
    }

    static Arithmetic arithmetic(Kernel kernel) {
        String op = kernel.op();
        if (op.equals("QuantizeLinear") || op.equals("DequantizeLinear") || op.equals("DynamicQuantizeLinear")) {
            return Arithmetic.CONVERSION;
        }
        boolean byName = op.startsWith("QLinear")
                || op.startsWith("QGemm")
                || op.contains("Integer")
                || op.equals("DynamicQuantizeMatMul")
                || op.equals("DynamicQuantizeLSTM")
                || op.equals("MatMulNBits")
                || op.equals("QAttention");
        if (byName) {
            return Arithmetic.INT8;
        }
        boolean floats =
                kernel.outputTypes().stream().anyMatch(type -> type.startsWith("float") || type.equals("double"));
        boolean reorder = op.startsWith("Reorder")
                || Set.of("Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze")
                        .contains(op);
        return floats && !reorder ? Arithmetic.FLOAT : Arithmetic.MOVE;
    }

    private static String reason(Kernel kernel, Arithmetic arithmetic, boolean quantized, List<Unfused> unfused) {
        if (arithmetic != Arithmetic.FLOAT || !quantized) {
            return "";
        }
        for (Unfused finding : unfused) {
            if (finding.op().equals(kernel.op())
                    && kernel.name().contains(finding.layer().replace("_out", ""))) {
                return finding.reason();
            }
        }
        if (WITHOUT_INT8.contains(kernel.op())) {
            return "ONNX Runtime has no int8 kernel for " + kernel.op();
        }
        return unfused.stream().anyMatch(finding -> finding.op().equals(kernel.op()))
                ? "see the layers that did not fuse"
                : "left in float";
    }

    /** The share of the time in kernels of one kind. */
    public double share(Arithmetic arithmetic) {
        return rows.stream()
                .filter(row -> row.arithmetic() == arithmetic)
                .mapToDouble(Row::share)
                .sum();
    }

    /** A table for terminals, slowest first, and the layers that did not fuse. */
    public String toText() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%-40s %-26s %-10s %10s %7s  %s%n",
                "node",
                "operator",
                "arithmetic",
                "us",
                "share",
                "reason"));
        rows.stream()
                .sorted((a, b) -> Double.compare(b.micros(), a.micros()))
                .forEach(row -> text.append(String.format(
                        Locale.ROOT,
                        "%-40s %-26s %-10s %10.1f %6.1f%%  %s%n",
                        row.name().length() > 40 ? row.name().substring(0, 37) + "..." : row.name(),
                        row.op(),
                        row.arithmetic().name().toLowerCase(Locale.ROOT),
                        row.micros(),
                        100 * row.share(),
                        row.reason())));
        text.append(String.format(
                Locale.ROOT,
                "%nkernels %.1f us: int8 %.0f%%, float %.0f%%, conversion %.0f%%, moves %.0f%%%n",
                totalMicros,
                100 * share(Arithmetic.INT8),
                100 * share(Arithmetic.FLOAT),
                100 * share(Arithmetic.CONVERSION),
                100 * share(Arithmetic.MOVE)));
        unfused.forEach(finding -> text.append("not fused: ").append(finding).append('\n'));
        return text.toString();
    }
}
