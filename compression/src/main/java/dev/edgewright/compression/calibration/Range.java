package dev.edgewright.compression.calibration;

/**
 * The interval of an activation that int8 codes must cover. Always contains zero, because zero padding and ReLU need it exactly.
 *
 * @param low the smallest value, 0 or less
 * @param high the largest value, 0 or more
 */
public record Range(float low, float high) {

    public Range {
        if (!Float.isFinite(low) || !Float.isFinite(high)) {
            throw new IllegalArgumentException("a range must be finite, not " + low + ".." + high);
        }
        low = Math.min(low, 0f) + 0f;
        high = Math.max(high, 0f) + 0f;
    }

    /** The smallest range that contains both. */
    public Range union(Range other) {
        return new Range(Math.min(low, other.low), Math.max(high, other.high));
    }

    /** The distance from the smallest to the largest value. */
    public float width() {
        return high - low;
    }
}
