package dev.edgewright.common.id;

/**
 * Names one rollout, so that a device's report can be matched with what asked for it.
 *
 * @param value {@code [a-z0-9][a-z0-9._-]{0,62}}
 */
public record RolloutId(String value) implements Comparable<RolloutId> {

    /** Throws a caller error {@code ID_INVALID} for anything outside the alphabet. */
    public RolloutId {
        IdAlphabet.require("rollout id", value);
    }

    public static RolloutId of(String value) {
        return new RolloutId(value);
    }

    /** Whether {@link #of} would take it. */
    public static boolean isValid(String value) {
        return IdAlphabet.allows(value);
    }

    @Override
    public int compareTo(RolloutId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
