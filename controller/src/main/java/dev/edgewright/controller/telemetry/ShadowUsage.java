package dev.edgewright.controller.telemetry;

import dev.edgewright.common.protocol.v1.ShadowWindow;
import dev.edgewright.common.telemetry.LatencySketch;

/**
 * All that one device sent about one shadow since the controller started.
 *
 * @param compared requests that both variants answered
 * @param agreed of them, with the same answer
 * @param errors requests that only the variant that serves could answer
 * @param dropped sampled, and not run because the device was busy
 * @param minCosine lowest over the floating outputs; 1 when nothing was compared
 * @param latency seconds, of the shadow; a copy that belongs to the caller
 * @param activeLatency seconds, of the variant that serves, on the same requests
 * @param joules net, of the shadow's runs
 */
public record ShadowUsage(
        long compared,
        long agreed,
        long errors,
        long dropped,
        double minCosine,
        LatencySketch latency,
        LatencySketch activeLatency,
        double joules) {

    static final ShadowUsage NONE = new ShadowUsage(0, 0, 0, 0, 1, new LatencySketch(), new LatencySketch(), 0);

    /** @param latency as the window has it, decoded */
    ShadowUsage plus(ShadowWindow window, LatencySketch latency, LatencySketch activeLatency) {
        var mine = this.latency.copy();
        mine.merge(latency);
        var active = this.activeLatency.copy();
        active.merge(activeLatency);
        return new ShadowUsage(
                compared + window.getCompared(),
                agreed + window.getAgreed(),
                errors + window.getErrors(),
                dropped + window.getDropped(),
                window.getCompared() > 0 ? Math.min(minCosine, window.getMinCosine()) : minCosine,
                mine,
                active,
                joules + window.getNetJoules());
    }

    ShadowUsage plus(ShadowUsage other) {
        var mine = latency.copy();
        mine.merge(other.latency);
        var active = activeLatency.copy();
        active.merge(other.activeLatency);
        return new ShadowUsage(
                compared + other.compared,
                agreed + other.agreed,
                errors + other.errors,
                dropped + other.dropped,
                Math.min(minCosine, other.minCosine),
                mine,
                active,
                joules + other.joules);
    }

    ShadowUsage copy() {
        return new ShadowUsage(
                compared, agreed, errors, dropped, minCosine, latency.copy(), activeLatency.copy(), joules);
    }
}
