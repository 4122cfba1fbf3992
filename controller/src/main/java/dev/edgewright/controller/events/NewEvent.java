package dev.edgewright.controller.events;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Something that happened and has no number yet.
 *
 * @param kind dotted, such as {@code rollout.verdict}; at most 48 characters
 * @param subject what it is about, such as {@code rollouts/ro-1}
 * @param who "controller" or who asked
 * @param words a sentence with the numbers
 * @param facts for programs
 */
public record NewEvent(Instant at, String kind, String subject, String who, String words, Map<String, String> facts) {
    public NewEvent {
        Objects.requireNonNull(at, "at");
        facts = new TreeMap<>(facts);
    }
}
