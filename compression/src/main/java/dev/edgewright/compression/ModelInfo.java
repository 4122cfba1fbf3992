package dev.edgewright.compression;

import dev.edgewright.compression.graph.ValueInfo;
import java.util.List;
import java.util.Map;

/**
 * What a model is.
 *
 * @param inputs what must be fed, with shapes
 * @param outputs what comes out, with shapes as ONNX Runtime infers them
 * @param opset the version of the standard operator set
 * @param operators how many nodes there are of each operator, by name ("domain.Op" outside the standard domain), in order
 * @param parameters elements in all initialisers
 * @param bytes the size of the file, and of its external data
 * @param digest SHA-256 of the model file, hexadecimal
 * @param quantized whether the model holds quantised operators already
 * @param notes what may surprise: weights that are not finite, subgraphs, functions
 */
public record ModelInfo(
        List<ValueInfo> inputs,
        List<ValueInfo> outputs,
        long opset,
        Map<String, Integer> operators,
        long parameters,
        long bytes,
        String digest,
        boolean quantized,
        List<String> notes) {}
