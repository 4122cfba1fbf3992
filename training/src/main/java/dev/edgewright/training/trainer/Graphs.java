package dev.edgewright.training.trainer;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes graphs so that a reader finds the old file or the new one, never a part. */
public final class Graphs {

    private Graphs() {}

    /** @throws TrainingException OUTPUT_FAILED when it cannot be written; the file from before stays */
    public static void write(Graph graph, Path file) {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        try {
            OnnxFile.write(graph, temporary);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | CompressionException e) {
            throw new TrainingException(
                    Code.OUTPUT_FAILED, "cannot write " + file + " (" + e.getMessage() + "): make room", e);
        }
    }
}
