package dev.edgewright.controller.catalog;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.TensorSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One imported version of a model; never changes.
 *
 * @param version [A-Za-z0-9][A-Za-z0-9._-]{0,62}
 * @param digest SHA-256 of the ONNX file, which lies in the blob store under it
 * @param bytes size of the ONNX file
 * @param opset version of the default operator domain
 * @param operators how often each operator occurs
 * @param parameters number of weights
 */
public record ModelVersion(
        ModelName model,
        String version,
        Digest digest,
        long bytes,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        int opset,
        Map<String, Integer> operators,
        long parameters,
        Instant importedAt) {
    public ModelVersion {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(digest, "digest");
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        operators = Map.copyOf(operators);
        Objects.requireNonNull(importedAt, "importedAt");
    }
}
