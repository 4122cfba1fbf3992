package dev.edgewright.benchmarks.agent;

import java.util.Arrays;

/** Times of one way to ask, in milliseconds. */
final class Samples {
    private double[] millis = new double[1024];
    private int count;

    void add(long nanos) {
        if (count == millis.length) {
            millis = Arrays.copyOf(millis, 2 * count);
        }
        millis[count++] = nanos / 1e6;
    }

    int count() {
        return count;
    }

    double quantile(double q) {
        double[] sorted = Arrays.copyOf(millis, count);
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(q * count) - 1)];
    }
}
