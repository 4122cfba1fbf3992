package dev.edgewright.agent.graphs;

import static dev.edgewright.agent.graphs.GraphBuilder.attribute;

import dev.edgewright.compression.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the ONNX graphs that the agent bundles: one file for each probe kernel, precision and size, and the casts to unsigned types.
 *
 * <p>Run it with the agent's resource folder, {@code agent/src/main/resources}; {@code ProbeGraphsTest} holds the files against it.
 */
public final class ProbeGraphs {
    public static final List<String> PRECISIONS = List.of("fp32", "u8s8", "s8s8");
    public static final List<String> SIZES = List.of("small", "medium", "large");

    private ProbeGraphs() {}

    public static void main(String[] args) throws IOException {
        Path resources = Path.of(args[0], "dev/edgewright/agent");
        for (String precision : PRECISIONS) {
            for (String size : SIZES) {
                Path folder = resources.resolve("device/probes");
                String suffix = "-" + precision + "-" + size + ".onnx";
                Files.write(folder.resolve("conv" + suffix), conv(precision, size));
                Files.write(folder.resolve("depthwise_conv" + suffix), depthwise(precision, size));
                Files.write(folder.resolve("gemm" + suffix), gemm(precision, size));
            }
        }
        for (DataType type : List.of(DataType.UINT16, DataType.UINT32, DataType.UINT64)) {
            Files.write(
                    resources.resolve("inference/cast-" + type.name().toLowerCase(java.util.Locale.ROOT) + ".onnx"),
                    cast(type));
        }
    }

    /** INT64 of any shape to {@code type}. */
    public static byte[] cast(DataType type) {
        GraphBuilder graph = new GraphBuilder("cast");
        graph.nodeTo("narrow", "Cast", List.of("wide"), attribute("to", type.getNumber()));
        return graph.input("wide", DataType.INT64, (long[]) null)
                .output("narrow", type, (long[]) null)
                .build();
    }

    /** Chain of 3x3 convolutions, as many channels out as in, 28 x 28. */
    public static byte[] conv(String precision, String size) {
        return switch (size) {
            case "small" -> convolutions(precision, 16, 28, 1, 4);
            case "medium" -> convolutions(precision, 64, 28, 1, 2);
            default -> convolutions(precision, 128, 28, 1, 1);
        };
    }

    /** Chain of eight 3x3 depthwise convolutions. */
    public static byte[] depthwise(String precision, String size) {
        return switch (size) {
            case "small" -> convolutions(precision, 32, 28, 32, 8);
            case "medium" -> convolutions(precision, 128, 28, 128, 8);
            default -> convolutions(precision, 256, 56, 256, 8);
        };
    }

    /** Chain of square matrix products; small and medium with one row, large with 32. */
    public static byte[] gemm(String precision, String size) {
        return switch (size) {
            case "small" -> gemms(precision, 1, 256, 4);
            case "medium" -> gemms(precision, 1, 1024, 2);
            default -> gemms(precision, 32, 1024, 2);
        };
    }

    private static byte[] convolutions(String precision, long channels, long side, long group, int layers) {
        long[] shape = {1, channels, side, side};
        long[] weight = {channels, channels / group, 3, 3};
        return chain(precision, shape, layers, (graph, x) -> {
            String w = weights(graph, precision, weight);
            String b = bias(graph, precision, channels);
            return graph.node(
                    "Conv",
                    List.of(x, w, b),
                    attribute("pads", 1, 1, 1, 1),
                    attribute("kernel_shape", 3, 3),
                    attribute("group", group));
        });
    }

    private static byte[] gemms(String precision, long rows, long width, int layers) {
        return chain(precision, new long[] {rows, width}, layers, (graph, x) -> {
            String w = weights(graph, precision, new long[] {width, width});
            return graph.node("Gemm", List.of(x, w, bias(graph, precision, width)));
        });
    }

    private interface Layer {
        String add(GraphBuilder graph, String input);
    }

    private static byte[] chain(String precision, long[] shape, int layers, Layer layer) {
        DataType type = switch (precision) {
            case "u8s8" -> DataType.UINT8;
            case "s8s8" -> DataType.INT8;
            default -> DataType.FLOAT;
        };
        GraphBuilder graph =
                new GraphBuilder("probe").input("x", DataType.FLOAT, shape).output("y", DataType.FLOAT, shape);
        if (type == DataType.FLOAT) {
            String x = "x";
            for (int i = 0; i < layers; i++) {
                x = layer.add(graph, x);
            }
            graph.nodeTo("y", "Identity", List.of(x));
            return graph.build();
        }
        // Quantised at its borders, as real variants are: only between Q and DQ does ONNX Runtime change int8 to uint8
        // on x86.
        String scale = graph.floats(new long[0], 0.05f);
        String zero = graph.ints(type, new long[0], type == DataType.UINT8 ? 128 : 0);
        String x = graph.node("QuantizeLinear", List.of("x", scale, zero));
        for (int i = 0; i < layers; i++) {
            String real = graph.node("DequantizeLinear", List.of(x, scale, zero));
            x = graph.node("QuantizeLinear", List.of(layer.add(graph, real), scale, zero));
        }
        graph.nodeTo("y", "DequantizeLinear", List.of(x, scale, zero));
        return graph.build();
    }

    private static String weights(GraphBuilder graph, String precision, long[] shape) {
        if (precision.equals("fp32")) {
            return graph.filled(DataType.FLOAT, 0.01f, shape);
        }
        String scale = graph.floats(new long[0], 0.001f);
        String zero = graph.ints(DataType.INT8, new long[0], 0);
        return graph.node("DequantizeLinear", List.of(graph.filled(DataType.INT8, 10, shape), scale, zero));
    }

    private static String bias(GraphBuilder graph, String precision, long channels) {
        if (precision.equals("fp32")) {
            return graph.filled(DataType.FLOAT, 0.1f, channels);
        }
        String scale = graph.floats(new long[0], 0.05f * 0.001f);
        String zero = graph.ints(DataType.INT32, new long[0], 0);
        return graph.node("DequantizeLinear", List.of(graph.filled(DataType.INT32, 200, channels), scale, zero));
    }
}
