package dev.edgewright.controller.telemetry;

import dev.edgewright.common.telemetry.LatencySketch;
import java.util.Map;

/**
 * A series as it stands now; counts never shrink while the controller runs.
 *
 * @param latency seconds; a copy that belongs to the caller
 * @param energy gross and net joules by source
 */
public record Series(SeriesKey key, LatencySketch latency, long requests, long errors, Map<String, Joules> energy) {
    public Series {
        energy = Map.copyOf(energy);
    }

    /**
     * @param gross all that the source saw
     * @param net idle power subtracted
     */
    public record Joules(double gross, double net) {
        public Joules plus(double moreGross, double moreNet) {
            return new Joules(gross + moreGross, net + moreNet);
        }
    }
}
