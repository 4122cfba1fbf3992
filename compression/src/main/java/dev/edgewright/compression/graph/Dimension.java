package dev.edgewright.compression.graph;

/**
 * One axis of a shape: a size, a symbol ("N"), or unknown.
 *
 * @param size the number of elements, -1 when not fixed
 * @param symbol the name of a symbolic size, empty when there is none
 */
public record Dimension(long size, String symbol) {

    private static final Dimension UNKNOWN = new Dimension(-1, "");

    public Dimension {
        if (size < -1) {
            throw new IllegalArgumentException("a dimension cannot be " + size);
        }
    }

    /** A fixed size. */
    public static Dimension of(long size) {
        return size < 0 ? UNKNOWN : new Dimension(size, "");
    }

    /** A size known by name only. */
    public static Dimension symbol(String name) {
        return new Dimension(-1, name);
    }

    /** Nothing is known. */
    public static Dimension unknown() {
        return UNKNOWN;
    }

    /** True when the size is a number. */
    public boolean isFixed() {
        return size >= 0;
    }

    @Override
    public String toString() {
        if (isFixed()) {
            return Long.toString(size);
        }
        return symbol.isEmpty() ? "?" : symbol;
    }
}
