package dev.edgewright.controller.events;

import dev.edgewright.common.config.Secret;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Where events are sent.
 *
 * @param secret key of the signature
 * @param kinds that it wants: exact, or ending in {@code *}; empty for all
 * @param cursor sequence up to which deliveries were made out
 */
public record Webhook(
        String id, URI url, Secret secret, List<String> kinds, Instant createdAt, String createdBy, long cursor) {
    public Webhook {
        Objects.requireNonNull(id, "id");
        kinds = List.copyOf(kinds);
    }

    boolean wants(String kind) {
        return kinds.isEmpty()
                || kinds.stream()
                        .anyMatch(k ->
                                k.endsWith("*") ? kind.startsWith(k.substring(0, k.length() - 1)) : kind.equals(k));
    }
}
