package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A rollout in memory as the store has it, and the changes of one step until they are written. Not thread-safe. */
final class LiveRollout {

    private Rollout rollout;
    private final Map<DeviceId, Target> targets;
    private long lastHistory;

    LiveRollout(Rollout rollout, Collection<Target> targets, long lastHistory) {
        this.rollout = rollout;
        this.targets = new LinkedHashMap<>();
        targets.forEach(t -> this.targets.put(t.device(), t));
        this.lastHistory = lastHistory;
    }

    static LiveRollout load(RolloutStore store, Rollout rollout) {
        var history = store.history(rollout.id());
        return new LiveRollout(
                rollout,
                store.targets(rollout.id()),
                history.isEmpty() ? 0 : history.get(history.size() - 1).sequence());
    }

    Rollout rollout() {
        return rollout;
    }

    Collection<Target> targets() {
        return targets.values();
    }

    Optional<Target> target(DeviceId device) {
        return Optional.ofNullable(targets.get(device));
    }

    /** The device was told something and has not said that it is done with it. */
    boolean working(DeviceId device) {
        var target = targets.get(device);
        return target != null
                && (target.state().inFlight()
                        || target.state() == TargetState.SILENT
                        || target.state() == TargetState.REVERTING
                        || target.state() == TargetState.UNREACHED);
    }

    Draft draft(Instant now) {
        return new Draft(now);
    }

    /** Changes on top of the rollout; nothing of them is seen before {@link #commit}. */
    final class Draft {
        private final Instant now;
        private final Map<DeviceId, Target> changed = new HashMap<>();
        private final Map<DeviceId, DesiredRecord> desired = new LinkedHashMap<>();
        private final List<HistoryEntry> history = new ArrayList<>();
        private Rollout next = rollout;

        private Draft(Instant now) {
            this.now = now;
        }

        Instant now() {
            return now;
        }

        Rollout rollout() {
            return next;
        }

        void set(Rollout value) {
            next = value;
        }

        /** Targets as they will be. */
        Collection<Target> targets() {
            if (changed.isEmpty()) {
                return targets.values();
            }
            var all = new ArrayList<Target>(targets.size());
            targets.values().forEach(t -> all.add(changed.getOrDefault(t.device(), t)));
            changed.values().stream()
                    .filter(t -> !targets.containsKey(t.device()))
                    .forEach(all::add);
            return all;
        }

        void put(Target target) {
            changed.put(target.device(), target);
        }

        /** Devices of which this step says that they are done. */
        List<DeviceId> settled() {
            return changed.values().stream()
                    .filter(t -> t.state().settled())
                    .map(Target::device)
                    .toList();
        }

        void put(DesiredRecord record) {
            desired.put(record.device(), record);
        }

        Optional<DesiredRecord> desired(DeviceId device) {
            return Optional.ofNullable(desired.get(device));
        }

        Collection<DesiredRecord> desired() {
            return desired.values();
        }

        void note(String kind, String who, String words) {
            history.add(new HistoryEntry(lastHistory + history.size() + 1, now, kind, who, words));
        }

        List<HistoryEntry> notes() {
            return List.copyOf(history);
        }

        boolean empty() {
            return changed.isEmpty() && desired.isEmpty() && history.isEmpty() && next == rollout;
        }

        /** Writes the step; false when another writer was first, and then nothing has changed anywhere. */
        boolean commit(RolloutStore store) {
            if (!store.step(new RolloutStore.Step(next, changed.values(), history, desired.values()))) {
                return false;
            }
            rollout = next.withRevision(next.revision() + 1);
            targets.putAll(changed);
            lastHistory += history.size();
            return true;
        }
    }
}
