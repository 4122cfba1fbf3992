package dev.edgewright.controller.events;

import java.time.Instant;
import java.util.Optional;

/**
 * One event on its way to one webhook.
 *
 * @param attempts made so far
 * @param nextAt not before this
 * @param lastStatus HTTP status of the last attempt; 0 when there was no answer
 * @param lastError of the last attempt, in words
 */
public record Delivery(
        String webhook,
        long event,
        State state,
        int attempts,
        Instant nextAt,
        int lastStatus,
        Optional<String> lastError,
        Instant updatedAt) {

    /** Where a delivery is. */
    public enum State {
        PENDING,
        DELIVERED,
        /** Every attempt failed; a person can have it tried again. */
        DEAD
    }

    static Delivery first(String webhook, long event, Instant now) {
        return new Delivery(webhook, event, State.PENDING, 0, now, 0, Optional.empty(), now);
    }

    Delivery delivered(int status, Instant now) {
        return new Delivery(webhook, event, State.DELIVERED, attempts + 1, nextAt, status, Optional.empty(), now);
    }

    Delivery failed(int status, String error, boolean last, Instant again, Instant now) {
        return new Delivery(
                webhook,
                event,
                last ? State.DEAD : State.PENDING,
                attempts + 1,
                again,
                status,
                Optional.of(error),
                now);
    }

    Delivery again(Instant now) {
        return new Delivery(webhook, event, State.PENDING, 0, now, lastStatus, lastError, now);
    }
}
