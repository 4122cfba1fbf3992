package dev.edgewright.controller.rollout;

import java.time.Instant;
import java.util.Optional;

/**
 * One wave of a rollout.
 *
 * @param index from 0
 * @param devices how many are planned into it
 * @param approval true when a person has to say yes before it begins
 * @param approvedBy who said yes
 * @param settledAt when its last device ended; the soak time counts from here
 */
public record Wave(
        int index,
        WaveState state,
        int devices,
        boolean approval,
        Optional<String> approvedBy,
        Optional<Instant> startedAt,
        Optional<Instant> settledAt,
        Optional<Instant> doneAt) {

    public static Wave planned(int index, int devices, boolean approval) {
        return new Wave(
                index,
                WaveState.PENDING,
                devices,
                approval,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** What people call the wave: the first one is wave 1. */
    static String named(int index) {
        return "wave " + (index + 1);
    }

    /** This wave after {@code event}, at {@code now}; an impossible one throws. */
    public Wave after(WaveEvent event, Instant now) {
        var next = RolloutTables.WAVE.require(state, event, java.util.List.of(named(index) + " is " + state));
        return switch (event) {
            case START -> new Wave(index, next, devices, approval, approvedBy, Optional.of(now), settledAt, doneAt);
            case ALL_SETTLED ->
                new Wave(index, next, devices, approval, approvedBy, startedAt, Optional.of(now), doneAt);
            case SOAKED, STOP ->
                new Wave(index, next, devices, approval, approvedBy, startedAt, settledAt, Optional.of(now));
        };
    }

    /** With more devices, or fewer for a negative number. */
    Wave plus(int more) {
        return new Wave(index, state, devices + more, approval, approvedBy, startedAt, settledAt, doneAt);
    }

    public Wave approved(String by) {
        return new Wave(index, state, devices, approval, Optional.of(by), startedAt, settledAt, doneAt);
    }

    public boolean needsApproval() {
        return approval && approvedBy.isEmpty();
    }
}
