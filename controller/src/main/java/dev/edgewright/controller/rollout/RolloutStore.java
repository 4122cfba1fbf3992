package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.RolloutId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps rollouts, their devices, their history, and what each device should be. */
public interface RolloutStore {

    /** Adds a new rollout with its plan and first history in one transaction. */
    void add(Rollout rollout, Collection<Target> targets, List<HistoryEntry> history);

    Optional<Rollout> find(RolloutId id);

    /** Newest first. */
    List<Rollout> list(int limit);

    /** Rollouts whose state is live, oldest first. */
    List<Rollout> live();

    List<Target> targets(RolloutId id);

    List<HistoryEntry> history(RolloutId id);

    /**
     * Writes one step of a rollout in one transaction: the rollout (if its revision is still {@code rollout.revision()}, which
     * then grows by one), the targets that changed, the new lines of history, and the desired states that follow from it.
     *
     * @return false when another writer was first; nothing is written then
     */
    boolean step(Step step);

    /** What every device should be, as last written. */
    Map<DeviceId, DesiredRecord> desired();

    Optional<DesiredRecord> desired(DeviceId device);

    /** Notes that sequences were handed to the broker. */
    void published(Map<DeviceId, Long> sequences);

    /** One transaction of a rollout. */
    record Step(
            Rollout rollout,
            Collection<Target> targets,
            List<HistoryEntry> history,
            Collection<DesiredRecord> desired) {}
}
