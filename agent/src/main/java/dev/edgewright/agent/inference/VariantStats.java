package dev.edgewright.agent.inference;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.telemetry.LatencySketch;

/**
 * What one variant did while it served.
 *
 * @param requests answered or failed; requests refused for their input do not count
 * @param errors requests that failed in the runtime though their input was right
 * @param rejected requests refused because of their input
 * @param latency seconds, of the answered requests
 */
public record VariantStats(
        String variant, Digest manifest, long requests, long errors, long rejected, LatencySketch latency) {}
