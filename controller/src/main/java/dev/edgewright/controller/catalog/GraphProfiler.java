package dev.edgewright.controller.catalog;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.GoldenCase;
import dev.edgewright.common.protocol.v1.GoldenSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs a graph in ONNX Runtime and reads from its profile what it computes: the operators as the runtime fused them, with the
 * shapes that really occurred, which no file says.
 */
final class GraphProfiler {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Position of the weights among the inputs, for operators that multiply by weights. */
    private static final Map<String, Integer> WEIGHTS = Map.ofEntries(
            Map.entry("Conv", 1),
            Map.entry("FusedConv", 1),
            Map.entry("NhwcFusedConv", 1),
            Map.entry("ConvTranspose", 1),
            Map.entry("ConvInteger", 1),
            Map.entry("QLinearConv", 3),
            Map.entry("Gemm", 1),
            Map.entry("FusedGemm", 1),
            Map.entry("MatMul", 1),
            Map.entry("FusedMatMul", 1),
            Map.entry("MatMulInteger", 1),
            Map.entry("MatMulIntegerToFloat", 1),
            Map.entry("DynamicQuantizeMatMul", 1),
            Map.entry("QLinearMatMul", 3),
            Map.entry("QGemm", 3),
            Map.entry("Attention", 1),
            Map.entry("QAttention", 1));

    private GraphProfiler() {}

    /** What a graph computes and how long that takes here, on one thread. */
    record Profile(Workload workload, Variant.LatencyHere latency) {}

    /** @param runs timed runs after three to warm up */
    static Profile profile(Path onnx, int runs) {
        Path folder = null;
        try {
            folder = Files.createTempDirectory("edgewright-profile");
            var latency = time(onnx, runs);
            return new Profile(workload(onnx, folder), latency);
        } catch (IOException | OrtException e) {
            throw EdgewrightException.resource(
                    "PROFILE_FAILED", "the graph could not be profiled: " + e.getMessage(), e);
        } finally {
            delete(folder);
        }
    }

    /** Cases whose outputs are what this graph gives here. */
    static GoldenSet golden(Path onnx, int cases) {
        try (var options = GraphRuntime.options(1);
                var session = GraphRuntime.ENVIRONMENT.createSession(onnx.toString(), options)) {
            var set = GoldenSet.newBuilder();
            for (int i = 0; i < cases; i++) {
                var feeds = GraphRuntime.inputs(session, 1000 + i);
                try (var result = session.run(feeds)) {
                    var one = GoldenCase.newBuilder().addAllOutputs(GraphRuntime.outputs(result));
                    feeds.forEach((name, tensor) -> one.addInputs(GraphRuntime.toProto(name, tensor)));
                    set.addCases(one);
                } finally {
                    GraphRuntime.close(feeds);
                }
            }
            return set.build();
        } catch (OrtException e) {
            throw EdgewrightException.caller("MODEL_FAILS", "the model cannot be run: " + e.getMessage(), e);
        }
    }

    private static Variant.LatencyHere time(Path onnx, int runs) throws OrtException {
        try (var options = GraphRuntime.options(1);
                var session = GraphRuntime.ENVIRONMENT.createSession(onnx.toString(), options)) {
            var feeds = GraphRuntime.inputs(session, 1);
            try {
                double[] ms = new double[runs];
                for (int i = -3; i < runs; i++) {
                    long start = System.nanoTime();
                    session.run(feeds).close();
                    if (i >= 0) {
                        ms[i] = (System.nanoTime() - start) / 1e6;
                    }
                }
                Arrays.sort(ms);
                return new Variant.LatencyHere(ms[runs / 2], ms[(int) Math.min(runs - 1, runs * 0.95)], runs);
            } finally {
                GraphRuntime.close(feeds);
            }
        }
    }

    /**
     * Two profiles of the same optimised graph: one without pre-packing, because packed weights vanish from the shapes, and one
     * as devices run it, for the times.
     */
    private static Workload workload(Path onnx, Path folder) throws OrtException, IOException {
        var shapes = nodes(record(onnx, folder.resolve("shapes"), true));
        var times = nodes(record(onnx, folder.resolve("times"), false));
        var parts = new TreeMap<String, double[]>();
        double partsMicros = 0;
        double otherMicros = 0;
        long activations = 0;
        for (var entry : times.entrySet()) {
            var shaped = shapes.getOrDefault(entry.getKey(), entry.getValue());
            var args = shaped.args();
            activations = Math.max(
                    activations,
                    args.path("output_size").asLong()
                            + args.path("activation_size").asLong());
            double macs = macs(args);
            if (macs > 0) {
                var sum = parts.computeIfAbsent(kernel(args) + " " + precision(args), k -> new double[2]);
                sum[0] += macs;
                sum[1]++;
                partsMicros += entry.getValue().micros();
            } else {
                otherMicros += entry.getValue().micros();
            }
        }
        List<Workload.Part> list = new ArrayList<>();
        parts.forEach((key, sum) -> list.add(new Workload.Part(
                key.substring(0, key.indexOf(' ')), key.substring(key.indexOf(' ') + 1), sum[0], (int) sum[1])));
        return new Workload(list, partsMicros > 0 ? otherMicros / partsMicros : 0, Files.size(onnx) + 4 * activations);
    }

    /** A node with the shapes of its last run and the shortest of its times. */
    private record Ran(JsonNode args, double micros) {}

    private static Path record(Path onnx, Path prefix, boolean unpacked) throws OrtException {
        try (var options = GraphRuntime.options(1)) {
            options.enableProfiling(prefix.toString());
            if (unpacked) {
                options.addConfigEntry("session.disable_prepacking", "1");
            }
            try (var session = GraphRuntime.ENVIRONMENT.createSession(onnx.toString(), options)) {
                var feeds = GraphRuntime.inputs(session, 1);
                try {
                    for (int i = 0; i < (unpacked ? 1 : 4); i++) {
                        session.run(feeds).close();
                    }
                } finally {
                    GraphRuntime.close(feeds);
                }
                return Path.of(session.endProfiling());
            }
        }
    }

    private static Map<String, Ran> nodes(Path profile) throws IOException {
        var nodes = new TreeMap<String, Ran>();
        for (JsonNode event : JSON.readTree(profile.toFile())) {
            String name = event.path("name").asText();
            if (event.path("cat").asText().equals("Node") && name.endsWith("_kernel_time")) {
                var args = event.path("args");
                double micros = event.path("dur").asDouble();
                nodes.merge(
                        args.path("node_index").asText() + " " + name,
                        new Ran(args, micros),
                        (a, b) -> new Ran(b.args(), Math.min(a.micros(), b.micros())));
            }
        }
        return nodes;
    }

    private static double macs(JsonNode args) {
        String op = args.path("op_name").asText();
        Integer position = WEIGHTS.get(op);
        var inputs = args.path("input_type_shape");
        if (position == null || inputs.size() <= position) {
            return 0;
        }
        long[] in = shape(inputs.get(0));
        long[] weights = shape(inputs.get(position));
        long[] out = shape(args.path("output_type_shape").path(0));
        if (in.length == 0 || weights.length < 2 || out.length == 0) {
            return 0;
        }
        if (isConv(op)) {
            return product(out) * product(weights) / Math.max(1, weights[0]);
        }
        double macs = product(in) * (double) weights[weights.length - 1];
        if (op.equals("Gemm") || op.equals("QGemm") || op.equals("FusedGemm")) {
            // The weights may be transposed; the output tells.
            macs = product(in) * (double) out[out.length - 1];
        }
        if (op.endsWith("Attention") && in.length == 3) {
            macs += 2.0 * in[0] * in[1] * in[1] * weights[weights.length - 1] / 3;
        }
        return macs;
    }

    private static boolean isConv(String op) {
        return op.contains("Conv");
    }

    private static String kernel(JsonNode args) {
        String op = args.path("op_name").asText();
        if (!isConv(op)) {
            return "gemm";
        }
        long[] weights = shape(args.path("input_type_shape").get(WEIGHTS.get(op)));
        // One input channel per filter and many filters: depthwise, unless the input has just that one channel.
        boolean single = weights.length > 1 && weights[1] == 1 && weights[0] > 1;
        return single && channels(args, weights[0]) > 1 ? "depthwise_conv" : "conv";
    }

    private static long channels(JsonNode args, long filters) {
        long[] in = shape(args.path("input_type_shape").get(0));
        long[] out = shape(args.path("output_type_shape").path(0));
        boolean channelsLast = out.length > 2 && out[out.length - 1] == filters && out[1] != filters;
        return in.length < 3 ? 1 : channelsLast ? in[in.length - 1] : in[1];
    }

    private static String precision(JsonNode args) {
        String op = args.path("op_name").asText();
        var inputs = args.path("input_type_shape");
        String activation = type(inputs.get(0));
        String weights = type(inputs.get(WEIGHTS.get(op)));
        if (weights.equals("float") || weights.equals("double") || weights.equals("float16")) {
            return "fp32";
        }
        return activation.equals("int8") ? "s8s8" : "u8s8";
    }

    private static String type(JsonNode typed) {
        return typed != null && typed.fieldNames().hasNext()
                ? typed.fieldNames().next()
                : "";
    }

    private static long[] shape(JsonNode typed) {
        if (typed == null || !typed.fieldNames().hasNext()) {
            return new long[0];
        }
        var dims = typed.get(typed.fieldNames().next());
        long[] shape = new long[dims.size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = dims.get(i).asLong();
        }
        return shape;
    }

    private static double product(long[] shape) {
        double product = 1;
        for (long dimension : shape) {
            product *= dimension;
        }
        return product;
    }

    private static void delete(Path folder) {
        if (folder == null) {
            return;
        }
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }
}
