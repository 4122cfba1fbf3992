package dev.edgewright.controller.selection;

import dev.edgewright.common.id.DeviceId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Keeps why each device got what it got. */
public interface DecisionStore {

    /**
     * One decision, shared by all devices for which it was the same.
     *
     * @param rollout that it was made for
     * @param who or what chose: a person's name, "api", "deployment dp-…"
     * @param chosen name of the variant; empty when none suited
     * @param why one or two sentences
     */
    record Decision(
            String id,
            String rollout,
            String who,
            String model,
            String version,
            String deviceClass,
            String objective,
            Optional<String> chosen,
            String why,
            List<Line> candidates,
            Instant at) {
        public Decision {
            Objects.requireNonNull(id, "id");
            candidates = List.copyOf(candidates);
        }
    }

    /** One candidate of a decision, in plain values, so that it can be read when the catalog has changed. */
    record Line(
            String variant,
            String manifest,
            Optional<Value> predictedMs,
            Optional<Value> measuredMs,
            Optional<Value> p95Ms,
            Optional<Value> joules,
            Optional<Value> memoryBytes,
            Optional<Double> accuracy,
            long bytes,
            String verdict,
            String reason) {}

    /** As {@link Figure}. */
    record Value(double value, double low, double high, String source) {
        static Value of(Figure figure) {
            return new Value(
                    figure.value(), figure.low(), figure.high(), figure.source().name());
        }
    }

    /** Adds decisions with the devices of each, in one transaction. */
    void add(Map<Decision, List<DeviceId>> decisions);

    /** The newest decision about each model for a device, newest first. */
    List<Decision> of(DeviceId device);
}
