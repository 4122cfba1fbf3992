package dev.edgewright.common.id;

/**
 * Names one device for as long as it lives; part of its topics.
 *
 * @param value {@code [a-z0-9][a-z0-9._-]{0,62}}
 */
public record DeviceId(String value) implements Comparable<DeviceId> {

    /** Throws a caller error {@code ID_INVALID} for anything outside the alphabet. */
    public DeviceId {
        IdAlphabet.require("device id", value);
    }

    public static DeviceId of(String value) {
        return new DeviceId(value);
    }

    /** Whether {@link #of} would take it. */
    public static boolean isValid(String value) {
        return IdAlphabet.allows(value);
    }

    @Override
    public int compareTo(DeviceId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
