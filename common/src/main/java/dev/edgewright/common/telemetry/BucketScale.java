package dev.edgewright.common.telemetry;

import java.util.Arrays;

/** The bucket bounds of Prometheus' native histograms: exact index of a value, bounds of an index, and the way to a coarser scale. */
final class BucketScale {

    /** Bounds within [0.5, 1) for the schema that values are recorded with. */
    private static final double[] FRACTIONS = fractions();

    private BucketScale() {}

    /** Index of a positive finite value at {@link LatencySketch#SCHEMA}; a value on a bound belongs to the bucket below it. */
    static int indexOf(double value) {
        int exponent = Math.getExponent(value);
        double fraction;
        if (exponent < Double.MIN_EXPONENT) { // subnormal
            double scaled = value * 0x1p54;
            exponent = Math.getExponent(scaled) - 54;
            fraction = Math.scalb(scaled, -(exponent + 54) - 1);
        } else {
            fraction = Math.scalb(value, -exponent - 1); // in [0.5, 1)
        }
        int place = Arrays.binarySearch(FRACTIONS, fraction);
        return (place >= 0 ? place : -place - 1) + exponent * FRACTIONS.length;
    }

    /** Upper bound of a bucket. */
    static double upperBound(int index, int schema) {
        if (schema <= 0) {
            return Math.scalb(1.0, (int) Math.min(2048L, Math.max(-2048L, (long) index << -schema)));
        }
        int perPower = 1 << schema;
        int exponent = Math.floorDiv(index, perPower);
        int rest = Math.floorMod(index, perPower);
        return Math.scalb(2 * StrictMath.pow(2, (double) rest / perPower - 1), exponent);
    }

    /** The bucket that holds this bucket on a scale {@code steps} schemas coarser. */
    static int coarser(int index, int steps) {
        return -Math.floorDiv(-index, 1 << steps);
    }

    private static double[] fractions() {
        int perPower = 1 << LatencySketch.SCHEMA;
        double[] fractions = new double[perPower];
        for (int i = 0; i < perPower; i++) {
            fractions[i] = StrictMath.pow(2, (double) i / perPower - 1);
        }
        return fractions;
    }
}
