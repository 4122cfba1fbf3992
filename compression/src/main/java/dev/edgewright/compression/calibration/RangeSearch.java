package dev.edgewright.compression.calibration;

/** Tries narrower and narrower ranges on a histogram and keeps the one with the least loss. */
final class RangeSearch {

    private static final int LEVELS = 256;
    private static final int STEPS = 64;
    private static final double ATOM = 0.02;

    private RangeSearch() {}

    /** What coding the histogram with 256 levels over a range costs. */
    interface Loss {
        double of(Histogram histogram, long[] counts, double low, double high);
    }

    /** Narrows both ends in turn, from everything seen down to 1/16 of it; ties keep the wider range. */
    static Range search(Histogram histogram, Loss loss) {
        if (histogram.count() == 0) {
            return new Range(0, 0);
        }
        Range all = new Range(histogram.min(), histogram.max());
        if (all.width() == 0) {
            return all;
        }
        long[] counts = histogram.counts();
        double low = all.low();
        double high = all.high();
        double best = loss.of(histogram, counts, low, high);
        for (int round = 0; round < 2; round++) {
            for (int step = 1; step < STEPS; step++) {
                double candidate = all.high() * (1 - step * 0.9375 / STEPS);
                double value = candidate > 0 ? loss.of(histogram, counts, low, candidate) : Double.MAX_VALUE;
                if (value < best) {
                    best = value;
                    high = candidate;
                }
            }
            for (int step = 1; step < STEPS; step++) {
                double candidate = all.low() * (1 - step * 0.9375 / STEPS);
                double value = candidate < 0 ? loss.of(histogram, counts, candidate, high) : Double.MAX_VALUE;
                if (value < best) {
                    best = value;
                    low = candidate;
                }
            }
        }
        return new Range((float) low, (float) high);
    }

    /**
     * Mean squared error. A bin that is wider than a level is spread evenly, so rounding costs step^2/12 inside; what lies outside costs its
     * distance to the end, squared.
     */
    static double squaredError(Histogram histogram, long[] counts, double low, double high) {
        double step = (high - low) / (LEVELS - 1);
        double inside = step * step / 12;
        double total = 0;
        for (int bin = 0; bin < counts.length; bin++) {
            if (counts[bin] == 0) {
                continue;
            }
            double value = histogram.middle(bin);
            double beyond = value < low ? low - value : value > high ? value - high : 0;
            // Values at exactly zero (padding, ReLU) are coded exactly whatever the step is.
            boolean zeroBin = histogram.edge(bin) == 0 && low == 0 && beyond == 0;
            total += counts[bin]
                    * (beyond > 0 ? beyond * beyond : zeroBin ? Math.min(inside, value * value / 3) : inside);
        }
        return total;
    }

    /**
     * Kullback-Leibler divergence of the coded distribution from the real one: the bins of one level share its mass evenly among those that
     * are not empty, and what lies outside falls into the last level of its side. A value that many samples share (the zero of ReLU, the background
     * of an image) is left out, because its spike would drown everything else, and must not be clipped.
     */
    static double divergence(Histogram histogram, long[] counts, double low, double high) {
        double step = (high - low) / (LEVELS - 1);
        double[] mass = new double[LEVELS];
        int[] filled = new int[LEVELS];
        int[] level = new int[counts.length];
        double total = 0;
        double atom = ATOM * histogram.count();
        for (int bin = 0; bin < counts.length; bin++) {
            double value = histogram.middle(bin);
            level[bin] = (int) Math.min(Math.max(Math.round((value - low) / step), 0), LEVELS - 1);
            boolean outside = value < low || value > high;
            if (counts[bin] > atom && outside) {
                return Double.MAX_VALUE;
            }
            if (counts[bin] > 0 && counts[bin] <= atom) {
                total += counts[bin];
                if (!outside) {
                    mass[level[bin]] += counts[bin];
                    filled[level[bin]]++;
                }
            }
        }
        double coded = 0;
        for (double m : mass) {
            coded += m;
        }
        if (coded == 0) {
            return Double.MAX_VALUE;
        }
        double divergence = 0;
        double[] reference = new double[counts.length];
        for (int bin = 0; bin < counts.length; bin++) {
            double value = histogram.middle(bin);
            if (counts[bin] > atom) {
                continue;
            }
            if (value < low || value > high) {
                // Clipped mass lands on the outermost bin inside the range.
                int edgeBin = (int) Math.min(
                        Math.max(
                                Math.floor(((value < low ? low : high) - histogram.edge(0)) / histogram.binWidth()), 0),
                        counts.length - 1);
                reference[edgeBin] += counts[bin];
            } else {
                reference[bin] += counts[bin];
            }
        }
        for (int bin = 0; bin < counts.length; bin++) {
            if (reference[bin] == 0) {
                continue;
            }
            double p = reference[bin] / total;
            double share = filled[level[bin]] == 0 ? 0 : mass[level[bin]] / filled[level[bin]] / coded;
            divergence += p * Math.log(p / Math.max(share, 1e-12));
        }
        return divergence;
    }
}
