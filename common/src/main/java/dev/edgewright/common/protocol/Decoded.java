package dev.edgewright.common.protocol;

import java.util.Optional;

/** What became of the bytes: a message that keeps every limit, or the reason why not. */
public sealed interface Decoded<M> {

    /** The message, checked. */
    record Accepted<M>(M message) implements Decoded<M> {}

    /** @param detail which field and what was wrong with it; safe to log, at most a few hundred characters */
    record Refused<M>(RefusalReason reason, String detail) implements Decoded<M> {}

    /** The message, if it was accepted. */
    default Optional<M> toOptional() {
        return this instanceof Accepted<M> accepted ? Optional.of(accepted.message()) : Optional.empty();
    }
}
