package dev.edgewright.controller.rollout;

import dev.edgewright.common.error.EdgewrightException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How fast a rollout goes.
 *
 * @param watchSeconds how long a device compares the new variant with the previous before it commits
 * @param watchMinRequests requests that the watch needs to judge; 0: time alone decides
 * @param soak how long gates look on after the last device of a wave ended
 * @param offerDeadline a device that says nothing of an offer for this long counts as failed
 * @param stepDeadline a device that stays in one state for this long counts as failed; watch time is added where it watches
 * @param startAt not before this
 * @param window only then are devices offered anything
 */
public record Pace(
        int watchSeconds,
        int watchMinRequests,
        Duration soak,
        Duration offerDeadline,
        Duration stepDeadline,
        Optional<Instant> startAt,
        Optional<MaintenanceWindow> window) {

    public static final Pace DEFAULT = new Pace(
            30, 0, Duration.ZERO, Duration.ofMinutes(10), Duration.ofMinutes(10), Optional.empty(), Optional.empty());

    public Pace {
        if (watchSeconds < 0 || watchMinRequests < 0) {
            throw EdgewrightException.caller("PACE_INVALID", "watchSeconds and watchMinRequests must not be negative");
        }
        if (soak.isNegative()) {
            throw EdgewrightException.caller("PACE_INVALID", "soak must not be negative: " + soak);
        }
        if (offerDeadline.compareTo(Duration.ofSeconds(1)) < 0 || stepDeadline.compareTo(Duration.ofSeconds(1)) < 0) {
            throw EdgewrightException.caller("PACE_INVALID", "deadlines must be at least one second");
        }
    }

    public static Pace watching(int seconds) {
        return new Pace(
                seconds,
                0,
                Duration.ZERO,
                DEFAULT.offerDeadline,
                DEFAULT.stepDeadline,
                Optional.empty(),
                Optional.empty());
    }
}
