package dev.edgewright.controller.catalog;

import dev.edgewright.common.protocol.v1.Accuracy;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Tolerance;
import java.nio.file.Path;
import java.util.List;

/**
 * A variant as its maker hands it in, before it has a manifest.
 *
 * @param name "fp32", "int8-static", ...
 * @param graph the ONNX file
 * @param golden inputs with the outputs that this graph gave here; may be empty
 * @param accuracy default instance when there was no labelled data
 */
public record NewVariant(
        String name,
        String recipe,
        Path graph,
        GoldenSet golden,
        Tolerance tolerance,
        Accuracy accuracy,
        List<String> lineage,
        List<String> requiresIsa,
        Workload workload,
        Variant.LatencyHere latencyHere,
        boolean fasterThanOriginal) {
    public NewVariant {
        lineage = List.copyOf(lineage);
        requiresIsa = List.copyOf(requiresIsa);
    }
}
