package dev.edgewright.agent.graphs;

import static dev.edgewright.agent.graphs.GraphBuilder.attribute;

import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.TensorSpec;
import dev.edgewright.compression.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Models whose answers are known. */
public final class TestModels {
    private TestModels() {}

    /** {@code y = factor * x}, x FP32[-1,4]. */
    public static byte[] scale(float factor) {
        GraphBuilder graph = new GraphBuilder("scale").input("x", DataType.FLOAT, -1, 4);
        graph.nodeTo("y", "Mul", List.of("x", graph.floats(new long[0], factor)));
        return graph.output("y", DataType.FLOAT, -1, 4).build();
    }

    /** {@code sum = x + z, product = x * z}, FP32[2]. */
    public static byte[] twoInputs() {
        GraphBuilder graph =
                new GraphBuilder("two").input("x", DataType.FLOAT, 2).input("z", DataType.FLOAT, 2);
        graph.nodeTo("sum", "Add", List.of("x", "z"));
        graph.nodeTo("product", "Mul", List.of("x", "z"));
        return graph.output("sum", DataType.FLOAT, 2)
                .output("product", DataType.FLOAT, 2)
                .build();
    }

    /** The input unchanged, of any element type, [-1]. */
    public static byte[] identity(DataType type) {
        GraphBuilder graph = new GraphBuilder("identity").input("x", type, -1);
        graph.nodeTo("y", "Identity", List.of("x"));
        return graph.output("y", type, -1).build();
    }

    /** {@code y = x / 0}: NaN or infinity. */
    public static byte[] notFinite() {
        GraphBuilder graph = new GraphBuilder("broken").input("x", DataType.FLOAT, -1, 4);
        graph.nodeTo("y", "Div", List.of("x", graph.floats(new long[0], 0f)));
        return graph.output("y", DataType.FLOAT, -1, 4).build();
    }

    /** Loads, but fails for every x that does not have six elements: reshapes FP32[-1,4] to [2,3]. */
    public static byte[] failsAtRun() {
        GraphBuilder graph = new GraphBuilder("fails").input("x", DataType.FLOAT, -1, 4);
        String shape =
                graph.node("Cast", List.of(graph.ints(DataType.INT32, new long[] {2}, 2, 3)), attribute("to", 7));
        graph.nodeTo("y", "Reshape", List.of("x", shape));
        return graph.output("y", DataType.FLOAT, 2, 3).build();
    }

    /** A manifest of that variant which promises x and y as FP32. */
    public static Manifest manifest(String model, String variant) {
        return Manifest.newBuilder()
                .setModel(model)
                .setVersion("1")
                .setVariant(variant)
                .addInputs(TensorSpec.newBuilder()
                        .setName("x")
                        .setDatatype("FP32")
                        .addShape(-1)
                        .addShape(4))
                .addOutputs(TensorSpec.newBuilder()
                        .setName("y")
                        .setDatatype("FP32")
                        .addShape(-1)
                        .addShape(4))
                .build();
    }

    /** Writes a model beside others. */
    public static Path write(Path folder, String name, byte[] model) {
        try {
            return Files.write(folder.resolve(name), model);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
