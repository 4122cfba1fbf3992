package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.RolloutId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A rollout as it stands.
 *
 * @param request as it was asked, with the version filled in
 * @param reason why it is in this state, in words
 * @param toleratedFailures failures that a person accepted by resuming a halted rollout
 * @param stoppedGroups variant and hardware class, as {@link Breach#group()} names them, that a gate stopped on their own
 * @param revision grows with every write; two writers cannot both win
 */
public record Rollout(
        RolloutId id,
        RolloutRequest request,
        RolloutState state,
        String reason,
        List<Wave> waves,
        int toleratedFailures,
        Set<String> stoppedGroups,
        Instant createdAt,
        Instant updatedAt,
        long revision) {
    public Rollout {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(state, "state");
        waves = List.copyOf(waves);
        stoppedGroups = Set.copyOf(stoppedGroups);
    }

    /** This rollout after {@code event}; an impossible one throws with what it is. */
    public Rollout after(RolloutEvent event, String why, Instant now) {
        var next = RolloutTables.ROLLOUT.require(state, event, List.of("rollout " + id + " is " + state));
        return new Rollout(id, request, next, why, waves, toleratedFailures, stoppedGroups, createdAt, now, revision);
    }

    public Rollout withWave(Wave wave, Instant now) {
        var next = new ArrayList<>(waves);
        next.set(wave.index(), wave);
        return new Rollout(
                id, request, state, reason, next, toleratedFailures, stoppedGroups, createdAt, now, revision);
    }

    /** With one wave more, behind the last. */
    Rollout withAnotherWave(Instant now) {
        var next = new ArrayList<>(waves);
        next.add(Wave.planned(waves.size(), 0, false));
        return new Rollout(
                id, request, state, reason, next, toleratedFailures, stoppedGroups, createdAt, now, revision);
    }

    public Rollout withReason(String why, Instant now) {
        return new Rollout(id, request, state, why, waves, toleratedFailures, stoppedGroups, createdAt, now, revision);
    }

    public Rollout tolerating(int failures) {
        return new Rollout(id, request, state, reason, waves, failures, stoppedGroups, createdAt, updatedAt, revision);
    }

    public Rollout stopping(String group) {
        var groups = new HashSet<>(stoppedGroups);
        groups.add(group);
        return new Rollout(
                id, request, state, reason, waves, toleratedFailures, groups, createdAt, updatedAt, revision);
    }

    public Rollout withRevision(long value) {
        return new Rollout(
                id, request, state, reason, waves, toleratedFailures, stoppedGroups, createdAt, updatedAt, value);
    }

    /** The first wave that is not done or stopped; the number of waves when there is none. */
    public int currentWave() {
        for (Wave wave : waves) {
            if (wave.state() != WaveState.DONE && wave.state() != WaveState.STOPPED) {
                return wave.index();
            }
        }
        return waves.size();
    }
}
