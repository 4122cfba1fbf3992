package dev.edgewright.controller.testing;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small models, built as they are needed. */
public final class Models {

    private Models() {}

    /** Two convolutions, one of them depthwise, and a dense layer: input x [batch, 1, 8, 8], output y [batch, 3]. */
    public static byte[] tiny(long seed) {
        var g = GraphBuilder.named("tiny").opset(17).seed(seed);
        String x = g.input("x", ElementType.FLOAT, "batch", 1, 8, 8);
        String a = g.relu(g.conv(x, "c1", 1, 4, 3, 1, 1, 1, true));
        String b = g.relu(g.conv(a, "c2", 4, 4, 3, 1, 1, 4, true));
        String f = g.flatten(g.globalAveragePool(b));
        g.output(g.gemm(f, "fc", 4, 3), "y", ElementType.FLOAT, "batch", 3);
        return OnnxFile.toBytes(g.build());
    }

    public static Path tiny(Path folder, long seed) {
        try {
            Path file = folder.resolve("tiny-" + seed + ".onnx");
            return Files.write(file, tiny(seed));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
