package dev.edgewright.controller.rollout;

/** Bounds that say how much of a measured ratio can be chance. */
final class Confidence {

    private Confidence() {}

    /**
     * Lower end of the one-sided interval of a share, after Wilson (1927).
     *
     * @param confidence 0.5..1, for example 0.95
     */
    static double wilsonLower(long hits, long of, double confidence) {
        if (of == 0) {
            return 0;
        }
        double z = quantile(confidence);
        double p = (double) hits / of;
        double n = of;
        double centre = p + z * z / (2 * n);
        double spread = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
        return Math.max(0, (centre - spread) / (1 + z * z / n));
    }

    /**
     * Quantile of Student's t, from the normal one by the expansion of Abramowitz and Stegun, 26.7.5: what a spread that was seen between a
     * few devices is worth.
     *
     * @param freedom one less than the devices; below 1 the normal quantile
     */
    static double quantile(double p, int freedom) {
        double z = quantile(p);
        if (freedom < 1) {
            return z;
        }
        double n = freedom;
        double z2 = z * z;
        double first = z * (z2 + 1) / 4;
        double second = z * ((5 * z2 + 16) * z2 + 3) / 96;
        double third = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
        return z + first / n + second / (n * n) + third / (n * n * n);
    }

    /**
     * Standard normal quantile by the rational approximation of Abramowitz and Stegun, 26.2.23; absolute error under 4.5e-4.
     *
     * @param p 0.5..1, 1 excluded
     */
    static double quantile(double p) {
        if (!(p >= 0.5 && p < 1)) {
            throw new IllegalArgumentException("p must be in 0.5..1, 1 excluded: " + p);
        }
        double t = Math.sqrt(-2 * Math.log(1 - p));
        double numerator = 2.515517 + t * (0.802853 + t * 0.010328);
        double denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
        return Math.max(0, t - numerator / denominator);
    }
}
