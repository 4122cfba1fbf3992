package dev.edgewright.compression.evaluation;

/**
 * A 95 % confidence interval.
 *
 * @param low the lower end
 * @param high the upper end
 */
public record Interval(double low, double high) {

    private static final double Z = 1.959963984540054;

    /** Wilson's score interval for a share (Wilson 1927): sensible at 0 % and 100 % too. */
    public static Interval wilson(long hits, long samples) {
        if (samples == 0) {
            return new Interval(0, 1);
        }
        double n = samples;
        double p = hits / n;
        double z2 = Z * Z;
        double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
        double half = Z / (1 + z2 / n) * Math.sqrt(p * (1 - p) / n + z2 / (4 * n * n));
        return new Interval(hits == 0 ? 0 : middle - half, hits == samples ? 1 : middle + half);
    }

    /** The normal interval of a mean from the sum and the sum of squares. */
    public static Interval ofMean(double sum, double squares, long samples) {
        if (samples < 2) {
            return new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        double mean = sum / samples;
        double variance = Math.max(0, squares / samples - mean * mean) * samples / (samples - 1);
        double half = Z * Math.sqrt(variance / samples);
        return new Interval(mean - half, mean + half);
    }
}
