package dev.edgewright.compression.runtime;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** The graph that ONNX Runtime really runs on this machine, after its own optimisations: what fused, what did not. */
public final class OptimizedModel {

    private OptimizedModel() {}

    /** Optimises a file and reads the result; the files in between are removed. */
    public static Graph of(Path model) {
        return through(folder -> {
            Path out = folder.resolve("optimized.onnx");
            ModelSession.open(model, SessionSettings.single().withOptimizedModel(out))
                    .close();
            return OnnxFile.read(out);
        });
    }

    /** Optimises a graph. */
    public static Graph of(Graph graph) {
        return through(folder -> {
            Path out = folder.resolve("optimized.onnx");
            ModelSession.open(graph, SessionSettings.single().withOptimizedModel(out))
                    .close();
            return OnnxFile.read(out);
        });
    }

    private interface Work {
        Graph in(Path folder);
    }

    private static Graph through(Work work) {
        try {
            Path folder = Files.createTempDirectory("edgewright-optimized");
            try {
                return work.in(folder);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new CompressionException(Code.OUTPUT_FAILED, "cannot write a temporary model: " + e.getMessage(), e);
        }
    }

    /** Removes a folder with all that is in it. */
    static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
