package dev.edgewright.compression.calibration;

import java.util.Arrays;

/**
 * A histogram of a stream, in fixed memory. The first values set its span; when a later value lies outside, neighbouring bins are merged
 * and the span doubles towards it, so no value is ever lost and old counts stay exact per bin. Zero is always a bin edge, so that masses
 * left and right of it never mix.
 */
public final class Histogram {

    /** Bins in every histogram; a power of two. */
    public static final int BINS = 2048;

    private final long[] counts = new long[BINS];
    private double width;
    private long firstBin; // the histogram covers [firstBin * width, (firstBin + BINS) * width)
    private long count;
    private float min = Float.POSITIVE_INFINITY;
    private float max = Float.NEGATIVE_INFINITY;
    private double sum;

    /** Adds values; NaN and infinities are refused by the caller. */
    public void add(float[] values) {
        if (values.length == 0) {
            return;
        }
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        double total = 0;
        for (float value : values) {
            low = value < low ? value : low;
            high = value > high ? value : high;
            total += value;
        }
        min = Math.min(min, low);
        max = Math.max(max, high);
        sum += total;
        cover(low, high);
        count(values);
        count += values.length;
    }

    /** Neighbours go into different counters, because one that is still being written would have to be waited for. */
    private void count(float[] values) {
        double inverse = 1 / width;
        int first = Math.toIntExact(firstBin);
        int[] even = new int[BINS];
        int[] odd = new int[BINS];
        int i = 0;
        for (; i + 1 < values.length; i += 2) {
            even[bin(values[i], inverse, first)]++;
            odd[bin(values[i + 1], inverse, first)]++;
        }
        if (i < values.length) {
            even[bin(values[i], inverse, first)]++;
        }
        for (int bin = 0; bin < BINS; bin++) {
            counts[bin] += even[bin] + odd[bin];
        }
    }

    private static int bin(float value, double inverse, int first) {
        int bin = (int) Math.floor(value * inverse) - first;
        return bin < 0 ? 0 : bin < BINS ? bin : BINS - 1;
    }

    private void cover(float low, float high) {
        if (width == 0) {
            double span = Math.max(Math.max(high, 0) - Math.min(low, 0), Float.MIN_NORMAL);
            width = Math.scalb(1.0, Math.getExponent(span * 2 / BINS) + 1);
            firstBin = (long) Math.floor(Math.min(low, 0) / width);
            if (low >= 0) {
                firstBin = 0;
            }
        }
        while (low < firstBin * width || high >= (firstBin + BINS) * width) {
            boolean downwards = low < firstBin * width;
            grow(downwards);
        }
    }

    /** Doubles the width of the bins; the freed half of them lies on the side that is asked for. */
    private void grow(boolean downwards) {
        long[] merged = new long[BINS];
        long newFirst = Math.floorDiv(firstBin, 2);
        long lastMerged = Math.floorDiv(firstBin + BINS - 1, 2);
        if (downwards) {
            newFirst = lastMerged - BINS + 1;
        }
        for (int i = 0; i < BINS; i++) {
            if (counts[i] != 0) {
                merged[(int) (Math.floorDiv(firstBin + i, 2) - newFirst)] += counts[i];
            }
        }
        System.arraycopy(merged, 0, counts, 0, BINS);
        firstBin = newFirst;
        width *= 2;
    }

    /** How many values were added. */
    public long count() {
        return count;
    }

    /** The smallest value seen. */
    public float min() {
        return min;
    }

    /** The largest value seen. */
    public float max() {
        return max;
    }

    /** The mean of all values. */
    public double mean() {
        return count == 0 ? 0 : sum / count;
    }

    /** The width of a bin. */
    public double binWidth() {
        return width;
    }

    /** The lower edge of a bin. */
    public double edge(int bin) {
        return (firstBin + bin) * width;
    }

    /** The middle of a bin. */
    public double middle(int bin) {
        return edge(bin) + width / 2;
    }

    /** A copy of the counts. */
    public long[] counts() {
        return Arrays.copyOf(counts, BINS);
    }

    /** The value below which this share of all values lies, to the precision of a bin and never beyond what was seen. */
    public double quantile(double share) {
        double wanted = share * count;
        double before = 0;
        for (int bin = 0; bin < BINS; bin++) {
            if (counts[bin] > 0 && before + counts[bin] >= wanted) {
                double value = edge(bin) + width * Math.max(0, wanted - before) / counts[bin];
                return Math.min(Math.max(value, min), max);
            }
            before += counts[bin];
        }
        return max;
    }
}
