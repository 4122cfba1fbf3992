package dev.edgewright.controller.telemetry;

import dev.edgewright.common.protocol.v1.Energy;
import dev.edgewright.common.protocol.v1.ModelWindow;
import dev.edgewright.common.telemetry.LatencySketch;
import java.util.Optional;

/** Adds up the windows of one device and manifest. Not thread-safe. */
final class UsageSum {

    private final LatencySketch latency = new LatencySketch();
    private long requests;
    private long errors;
    private double joules;
    private long joulesRequests;
    private long windows;
    private long residentBytes;

    // Mean and sum of squares of joules per inference over windows, after Welford (1962).
    private long energyWindows;
    private double mean;
    private double squares;

    /** @param resident memory of the process at the end of the window, in bytes; 0 when unknown */
    void add(LatencySketch sketch, ModelWindow window, Optional<Energy> energy, long resident) {
        residentBytes = Math.max(residentBytes, resident);
        latency.merge(sketch);
        requests += window.getRequests();
        errors += window.getErrors();
        windows++;
        if (energy.isPresent() && window.getRequests() > 0) {
            joules += energy.get().getNetJoules();
            joulesRequests += window.getRequests();
            double each = energy.get().getNetJoules() / window.getRequests();
            energyWindows++;
            double delta = each - mean;
            mean += delta / energyWindows;
            squares += delta * (each - mean);
        }
    }

    Usage snapshot() {
        return new Usage(latency.copy(), requests, errors, joules, joulesRequests, spread(), residentBytes, windows);
    }

    /** One window says nothing of its own spread; half of the value is then assumed. */
    private double spread() {
        if (energyWindows < 2 || mean <= 0) {
            return 0.5;
        }
        return Math.sqrt(squares / (energyWindows - 1) / energyWindows) / mean;
    }
}
