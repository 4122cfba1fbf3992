package dev.edgewright.controller.audit;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One thing that somebody did.
 *
 * @param sequence from 1; 0 before it is written
 * @param actor who, as the request said it: a name is a claim unless a proxy that knows its users set it
 * @param via "cli", "console", "proxy", "token", "api" or "controller"
 * @param action such as {@code rollouts.pause}
 * @param object such as {@code rollouts/ro-1}
 * @param before what was, where that says something
 * @param after what is
 * @param outcome "done", or the code of the error for which it was refused
 * @param detail the error in words; empty when it was done
 */
public record AuditEntry(
        long sequence,
        Instant at,
        String actor,
        String via,
        String action,
        String object,
        Optional<String> before,
        Optional<String> after,
        String outcome,
        String detail) {
    public AuditEntry {
        Objects.requireNonNull(at, "at");
        actor = cut(actor, 128);
        via = cut(via, 16);
        action = cut(action, 64);
        object = cut(object, 256);
        outcome = cut(outcome, 64);
        detail = cut(detail, 2000);
        before = before.map(b -> cut(b, 4000));
        after = after.map(a -> cut(a, 4000));
    }

    private static String cut(String text, int most) {
        return text.length() > most ? text.substring(0, most) : text;
    }
}
