package dev.edgewright.controller.rollout;

import java.util.List;
import java.util.Map;
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

    public List<Target> wave(int index) {
        return targets.stream().filter(t -> t.wave() == index).toList();
    }
}
