package dev.edgewright.controller.telemetry;

import dev.edgewright.common.telemetry.LatencySketch;

/**
 * All that one device sent about one manifest since the controller started: what a gate compares.
 *
 * @param latency seconds; a copy that belongs to the caller
 * @param joules net, of the best source, over the windows that carried energy
 * @param joulesRequests requests in those windows
 * @param joulesSpread standard error of the joules per inference, relative to it, from the spread of the windows
 * @param residentBytes largest resident memory of the process in a window; 0 when unknown
 * @param windows how many windows it comes from
 */
public record Usage(
        LatencySketch latency,
        long requests,
        long errors,
        double joules,
        long joulesRequests,
        double joulesSpread,
        long residentBytes,
        long windows) {

    /** 0 when unknown. */
    public double joulesPerInference() {
        return joulesRequests == 0 ? 0 : joules / joulesRequests;
    }
}
