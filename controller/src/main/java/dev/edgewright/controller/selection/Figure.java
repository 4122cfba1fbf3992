package dev.edgewright.controller.selection;

/**
 * A number and how far it may be off.
 *
 * @param value the middle, above 0
 * @param sigma standard deviation of the value's logarithm: 0.1 says that two thirds of the time it is right within 10 %
 * @param source where it comes from
 */
public record Figure(double value, double sigma, Source source) {

    /** Where a figure comes from, best last. */
    public enum Source {
        /** From probes of kernels, or from the file, alone. */
        PROBES,
        /** From probes, corrected by what operators took on devices of the class. */
        OPERATORS,
        /** From probes, corrected by variants of the same model that were measured on the class. */
        NEIGHBOURS,
        /** From requests that devices of the class answered. */
        REQUESTS,
        /** From the check before a switch. */
        PROBING,
        /** From a trial. */
        TRIAL
    }

    private static final double TWO_SIDED_95 = 1.96;

    /** Lower end of the 95 % interval. */
    public double low() {
        return value * Math.exp(-TWO_SIDED_95 * sigma);
    }

    /** Upper end of the 95 % interval. */
    public double high() {
        return value * Math.exp(TWO_SIDED_95 * sigma);
    }

    public boolean measured() {
        return source.compareTo(Source.REQUESTS) >= 0;
    }

    public Figure times(double factor) {
        return new Figure(value * factor, sigma, source);
    }
}
