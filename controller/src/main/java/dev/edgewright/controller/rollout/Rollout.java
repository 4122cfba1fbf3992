package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.RolloutId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
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
 * @param verdicts of the gates that hold it, and those that a person accepted by resuming it
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
        long revision,
        Verdicts verdicts) {
    public Rollout {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(state, "state");
        waves = List.copyOf(waves);
        stoppedGroups = Set.copyOf(stoppedGroups);
        // A rollout that an older controller stored has none.
        verdicts = verdicts == null ? Verdicts.NONE : verdicts;
    }

    /** One that was just planned. */
    static Rollout planned(RolloutId id, RolloutRequest request, List<Wave> waves, Instant now) {
        return new Rollout(
                id, request, RolloutState.SCHEDULED, "planned", waves, 0, Set.of(), now, now, 0, Verdicts.NONE);
    }

    /** This rollout after {@code event}; an impossible one throws with what it is. */
    public Rollout after(RolloutEvent event, String why, Instant now) {
        var next = RolloutTables.ROLLOUT.require(state, event, List.of("rollout " + id + " is " + state));
        return with(next, why, waves, now);
    }

    public Rollout withWave(Wave wave, Instant now) {
        var next = new ArrayList<>(waves);
        next.set(wave.index(), wave);
        return with(state, reason, next, now);
    }

    /** With one wave more, behind the last. */
    Rollout withAnotherWave(Instant now) {
        var next = new ArrayList<>(waves);
        next.add(Wave.planned(waves.size(), 0, false));
        return with(state, reason, next, now);
    }

    public Rollout withReason(String why, Instant now) {
        return with(state, why, waves, now);
    }

    private Rollout with(RolloutState nextState, String why, List<Wave> nextWaves, Instant now) {
        return new Rollout(
                id,
                request,
                nextState,
                why,
                nextWaves,
                toleratedFailures,
                stoppedGroups,
                createdAt,
                now,
                revision,
                verdicts);
    }

    public Rollout stopping(String group) {
        var groups = new HashSet<>(stoppedGroups);
        groups.add(group);
        return judged(toleratedFailures, groups, verdicts);
    }

    /** Held by these gates. */
    Rollout heldBy(List<Breach> breaches) {
        return judged(toleratedFailures, stoppedGroups, verdicts.giving(breaches));
    }

    /**
     * With all accepted that held it: the failures so far, and how each gate that spoke stands. Groups that it was held for go on.
     *
     * @param failures devices of all waves that failed, went back or are silent
     * @param now how gates stand
     */
    Rollout accepting(int failures, Collection<Finding> now, String who, Instant at) {
        return withoutStops(verdicts.given()).judged(failures, verdicts.accept(now, who, at));
    }

    /** With the groups of these verdicts going on. */
    Rollout withoutStops(Collection<Breach> given) {
        var groups = new HashSet<>(stoppedGroups);
        given.forEach(breach -> groups.remove(breach.group()));
        return judged(toleratedFailures, groups, verdicts);
    }

    private Rollout judged(int failures, Verdicts nextVerdicts) {
        return judged(failures, stoppedGroups, nextVerdicts);
    }

    public Rollout tolerating(int failures) {
        return judged(failures, stoppedGroups, verdicts);
    }

    private Rollout judged(int tolerated, Set<String> groups, Verdicts nextVerdicts) {
        return new Rollout(
                id, request, state, reason, waves, tolerated, groups, createdAt, updatedAt, revision, nextVerdicts);
    }

    public Rollout withRevision(long value) {
        return new Rollout(
                id,
                request,
                state,
                reason,
                waves,
                toleratedFailures,
                stoppedGroups,
                createdAt,
                updatedAt,
                value,
                verdicts);
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
