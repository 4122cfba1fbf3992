package dev.edgewright.common.id;

/**
 * Names a model, whatever its version and variant; a device runs at most one variant of it at a time.
 *
 * @param value {@code [a-z0-9][a-z0-9._-]{0,62}}
 */
public record ModelName(String value) implements Comparable<ModelName> {

    /** Throws a caller error {@code ID_INVALID} for anything outside the alphabet. */
    public ModelName {
        IdAlphabet.require("model name", value);
    }

    public static ModelName of(String value) {
        return new ModelName(value);
    }

    /** Whether {@link #of} would take it. */
    public static boolean isValid(String value) {
        return IdAlphabet.allows(value);
    }

    @Override
    public int compareTo(ModelName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
