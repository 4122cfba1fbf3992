package dev.edgewright.common.telemetry;

import java.util.List;

/**
 * A sketch in the terms of Prometheus' native histograms, for whoever fills one.
 *
 * @param schema 2^schema buckets per power of two
 * @param zeroThreshold seconds; what is not above it is in {@code zeroCount}
 * @param buckets those with a count, by rising index
 */
public record NativeBuckets(int schema, double zeroThreshold, long zeroCount, List<Bucket> buckets) {

    public NativeBuckets {
        buckets = List.copyOf(buckets);
    }

    /** Bucket {@code index} holds what is above {@code 2^((index-1) / 2^schema)} and at most {@code 2^(index / 2^schema)}. */
    public record Bucket(int index, long count) {}
}
