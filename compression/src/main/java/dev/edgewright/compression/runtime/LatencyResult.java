package dev.edgewright.compression.runtime;

import java.util.Arrays;

/**
 * How long one run takes here.
 *
 * @param p50Millis median, milliseconds
 * @param p95Millis 95th percentile, milliseconds
 * @param threads threads inside an operator
 * @param runs how many runs were measured
 * @param relative median over the rounds of this model's time divided by the first model's time in the same round; 1 for the first
 */
public record LatencyResult(double p50Millis, double p95Millis, int threads, int runs, double relative) {

    /** Summarises measured nanoseconds of one model, next to those of the first model in the same rounds. */
    static LatencyResult of(long[] nanos, long[] first, int threads) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        long[] ratios = new long[nanos.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = Math.round(1e9 * nanos[i] / first[i]);
        }
        Arrays.sort(ratios);
        return new LatencyResult(
                quantile(sorted, 0.50) / 1e6,
                quantile(sorted, 0.95) / 1e6,
                threads,
                sorted.length,
                quantile(ratios, 0.50) / 1e9);
    }

    private static double quantile(long[] sorted, double q) {
        double position = q * (sorted.length - 1);
        int low = (int) position;
        int high = Math.min(low + 1, sorted.length - 1);
        return sorted[low] + (position - low) * (sorted[high] - sorted[low]);
    }
}
