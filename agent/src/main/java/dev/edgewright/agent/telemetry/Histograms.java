package dev.edgewright.agent.telemetry;

import dev.edgewright.common.telemetry.LatencySketch;
import dev.edgewright.common.telemetry.NativeBuckets;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;

/** A latency sketch as one Prometheus histogram, native and classic. */
final class Histograms {
    /** Upper bounds in seconds of the classic form: powers of two from 61 microseconds to 8 seconds, on which the sketch is exact. */
    private static final double[] BOUNDS = bounds();

    private Histograms() {}

    private static double[] bounds() {
        double[] bounds = new double[18];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = Math.scalb(1.0, i - 14);
        }
        return bounds;
    }

    static HistogramDataPointSnapshot of(LatencySketch sketch, Labels labels) {
        NativeBuckets buckets = sketch.nativeBuckets();
        NativeHistogramBuckets.Builder positive = NativeHistogramBuckets.builder();
        buckets.buckets().forEach(b -> positive.bucket(b.index(), b.count()));
        return HistogramDataPointSnapshot.builder()
                .labels(labels)
                .sum(sketch.sum())
                .nativeSchema(buckets.schema())
                .nativeZeroThreshold(buckets.zeroThreshold())
                .nativeZeroCount(buckets.zeroCount())
                .nativeBucketsForPositiveValues(positive.build())
                .classicHistogramBuckets(classic(sketch))
                .build();
    }

    private static ClassicHistogramBuckets classic(LatencySketch sketch) {
        long[] cumulative = sketch.classicCumulative(BOUNDS);
        ClassicHistogramBuckets.Builder classic = ClassicHistogramBuckets.builder();
        long below = 0;
        for (int i = 0; i < BOUNDS.length; i++) {
            classic.bucket(BOUNDS[i], cumulative[i] - below);
            below = cumulative[i];
        }
        return classic.bucket(Double.POSITIVE_INFINITY, sketch.count() - below).build();
    }
}
