package dev.edgewright.agent.inference;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.telemetry.LatencySketch;
import java.util.Optional;

/**
 * What a shadow did in one stretch of time.
 *
 * @param served the variant that it was compared with; empty before the first sample
 * @param compared requests that both answered
 * @param agreed of them, with the same answer
 * @param errors requests that only the variant that serves could answer
 * @param dropped sampled, and not run because the device was busy
 * @param minCosine lowest over the floating outputs; 0 when nothing was compared
 * @param latency seconds, of the shadow
 * @param activeLatency seconds, of the variant that serves, on the same requests
 */
public record ShadowActivity(
        ModelName model,
        Digest manifest,
        Optional<Digest> served,
        long compared,
        long agreed,
        long errors,
        long dropped,
        double minCosine,
        LatencySketch latency,
        LatencySketch activeLatency) {}
