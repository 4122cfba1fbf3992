package dev.edgewright.controller.telemetry;

import dev.edgewright.common.telemetry.LatencySketch;

/**
 * All that one device sent about one manifest since the controller started: what a gate compares.
 *
 * @param latency seconds; a copy that belongs to the caller
 * @param joules net, of the best source
 * @param joulesRequests requests in the windows that carried energy
 * @param windows how many windows it comes from
 */
public record Usage(
        LatencySketch latency, long requests, long errors, double joules, long joulesRequests, long windows) {}
