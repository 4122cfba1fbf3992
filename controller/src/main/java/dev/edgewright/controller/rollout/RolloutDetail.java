package dev.edgewright.controller.rollout;

import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A rollout with its devices and its history.
 *
 * @param targets ordered by wave and device
 * @param history oldest first
 */
public record RolloutDetail(Rollout rollout, List<Target> targets, List<HistoryEntry> history) {
    public RolloutDetail {
        targets = List.copyOf(targets);
        history = List.copyOf(history);
    }

    /** Devices by state. */
    public Map<TargetState, Long> counts() {
        return targets.stream().collect(Collectors.groupingBy(Target::state, Collectors.counting()));
    }

    /** When saying nothing more counts as failed for this device; empty where nothing is awaited of it. */
    public Optional<Instant> failsAt(Target target) {
        return TargetFold.failsAt(target, rollout.request().pace());
    }

    /**
     * Some of the devices, in the order of {@link #targets}: those on their way and those that failed before all others, since that is what
     * somebody looks for among thousands.
     */
    public List<Target> mostTelling(int atMost) {
        if (targets.size() <= atMost) {
            return targets;
        }
        var kept = targets.stream()
                .sorted(Comparator.comparing(RolloutDetail::isOrdinary)) // stable: by wave and device within each half
                .limit(atMost)
                .collect(Collectors.toCollection(() -> Collections.newSetFromMap(new IdentityHashMap<>())));
        return targets.stream().filter(kept::contains).toList();
    }

    private static boolean isOrdinary(Target target) {
        return switch (target.state()) {
            case PLANNED, COMMITTED, SKIPPED, SUPERSEDED, REVERTED, KEPT -> true;
            case OFFERED, FETCHING, VERIFYING, PROBING, WATCHING, FAILED, ROLLED_BACK, SILENT, REVERTING, UNREACHED ->
                false;
        };
    }

    public List<Target> wave(int index) {
        return targets.stream().filter(t -> t.wave() == index).toList();
    }
}
