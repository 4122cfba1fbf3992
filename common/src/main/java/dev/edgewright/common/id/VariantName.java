package dev.edgewright.common.id;

/**
 * Names how a variant was made: {@code fp32}, {@code int8-static}; unique within a version of a model.
 *
 * @param value {@code [a-z0-9][a-z0-9._-]{0,62}}
 */
public record VariantName(String value) implements Comparable<VariantName> {

    /** Throws a caller error {@code ID_INVALID} for anything outside the alphabet. */
    public VariantName {
        IdAlphabet.require("variant name", value);
    }

    public static VariantName of(String value) {
        return new VariantName(value);
    }

    /** Whether {@link #of} would take it. */
    public static boolean isValid(String value) {
        return IdAlphabet.allows(value);
    }

    @Override
    public int compareTo(VariantName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
