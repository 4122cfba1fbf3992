package dev.edgewright.controller.metrics;

import dev.edgewright.controller.rollout.RolloutService;
import dev.edgewright.controller.rollout.RolloutState;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;

/** Where rollouts and their devices are. A rollout keeps its series for an hour after its end, then they go. */
public final class RolloutMetrics implements MultiCollector {
    private static final int NEWEST = 100;
    private static final Duration SHOWN_AFTER_END = Duration.ofHours(1);

    private final RolloutService rollouts;
    private final Clock clock;

    public RolloutMetrics(RolloutService rollouts, Clock clock) {
        this.rollouts = rollouts;
        this.clock = clock;
    }

    @Override
    public MetricSnapshots collect() {
        var states = new EnumMap<RolloutState, Integer>(RolloutState.class);
        for (var state : RolloutState.values()) {
            states.put(state, 0);
        }
        var devices = Family.gauge("edgewright_rollout_devices", "Devices of a rollout by where they are in it.");
        var since = clock.instant().minus(SHOWN_AFTER_END);
        for (var rollout : rollouts.list(NEWEST)) {
            states.merge(rollout.state(), 1, Integer::sum);
            if (rollout.state().live() || rollout.updatedAt().isAfter(since)) {
                rollouts.get(rollout.id())
                        .ifPresent(detail -> detail.counts()
                                .forEach((state, count) -> devices.add(
                                        count,
                                        "rollout",
                                        rollout.id().value(),
                                        "model",
                                        rollout.request().model().value(),
                                        "state",
                                        state.name().toLowerCase(Locale.ROOT))));
            }
        }
        var all = Family.gauge("edgewright_rollouts", "Rollouts by state, among the newest " + NEWEST + ".");
        states.forEach((state, count) -> all.add(count, "state", state.name().toLowerCase(Locale.ROOT)));
        var decisions = Family.counter(
                        "edgewright_rollout_decisions", "Decisions that rollouts took, waiting among them.")
                .add(rollouts.decisionsTaken());
        return new MetricSnapshots(devices.done(), all.done(), decisions.done());
    }
}
