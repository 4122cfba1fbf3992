package dev.edgewright.agent.inference;

import dev.edgewright.common.id.Digest;
import java.util.Map;

/**
 * One answer, made by exactly one variant.
 *
 * @param outputs in the model's order, or as asked for
 * @param seconds time in the session: handing over the inputs, running, reading the outputs
 */
public record InferenceResult(
        String variant, String version, Digest manifest, Map<String, TensorValue> outputs, double seconds) {}
