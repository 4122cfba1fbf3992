package dev.edgewright.controller.metrics;

import dev.edgewright.common.telemetry.LatencySketch;
import dev.edgewright.controller.telemetry.Series;
import dev.edgewright.controller.telemetry.TelemetryService;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;

/**
 * Latency, requests, errors and energy of inference on devices, merged by model, variant, hardware class and cohort; never a
 * label of one device. Latency is a native histogram of schema 3 and, for servers without native histograms, a classic one
 * whose bounds are powers of the square root of two: these are bounds of the sketch as well, so no count is estimated.
 */
public final class InferenceMetrics implements MultiCollector {
    private static final double[] BOUNDS = bounds(-13, 4);

    private final TelemetryService telemetry;

    public InferenceMetrics(TelemetryService telemetry) {
        this.telemetry = telemetry;
    }

    @Override
    public MetricSnapshots collect() {
        var latency = HistogramSnapshot.builder()
                .name("edgewright_inference_duration_seconds")
                .help("Time of one inference on devices.");
        var requests = Family.counter("edgewright_inference_requests", "Inference requests that devices answered.");
        var errors = Family.counter("edgewright_inference_errors", "Inference requests that devices could not answer.");
        var energy = Family.counter(
                "edgewright_inference_energy_joules",
                "Energy that devices used while they served a model; kind net has idle power subtracted.");
        for (var series : telemetry.series()) {
            var key = series.key();
            latency.dataPoint(point(series));
            requests.add(
                    series.requests(),
                    "model",
                    key.model(),
                    "variant",
                    key.variant(),
                    "class",
                    key.hardwareClass(),
                    "cohort",
                    key.cohort());
            errors.add(
                    series.errors(),
                    "model",
                    key.model(),
                    "variant",
                    key.variant(),
                    "class",
                    key.hardwareClass(),
                    "cohort",
                    key.cohort());
            series.energy().forEach((source, joules) -> {
                energy(energy, series, source, "gross", joules.gross());
                energy(energy, series, source, "net", joules.net());
            });
        }
        return new MetricSnapshots(latency.build(), requests.done(), errors.done(), energy.done());
    }

    private static void energy(Family.Counter counter, Series series, String source, String kind, double joules) {
        var key = series.key();
        counter.add(
                Math.max(0, joules),
                "model",
                key.model(),
                "variant",
                key.variant(),
                "class",
                key.hardwareClass(),
                "cohort",
                key.cohort(),
                "source",
                source,
                "kind",
                kind);
    }

    private static HistogramSnapshot.HistogramDataPointSnapshot point(Series series) {
        var key = series.key();
        var sketch = series.latency();
        var buckets = sketch.nativeBuckets();
        var positive = NativeHistogramBuckets.builder();
        buckets.buckets().forEach(bucket -> positive.bucket(bucket.index(), bucket.count()));
        return new HistogramSnapshot.HistogramDataPointSnapshot(
                classic(sketch),
                buckets.schema(),
                buckets.zeroCount(),
                buckets.zeroThreshold(),
                positive.build(),
                NativeHistogramBuckets.EMPTY,
                sketch.sum(),
                Labels.of(
                        "model",
                        key.model(),
                        "variant",
                        key.variant(),
                        "class",
                        key.hardwareClass(),
                        "cohort",
                        key.cohort()),
                io.prometheus.metrics.model.snapshots.Exemplars.EMPTY,
                0L);
    }

    private static ClassicHistogramBuckets classic(LatencySketch sketch) {
        long[] cumulative = sketch.classicCumulative(BOUNDS);
        var counts = new long[cumulative.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = cumulative[i] - (i == 0 ? 0 : cumulative[i - 1]);
        }
        return ClassicHistogramBuckets.of(BOUNDS, counts);
    }

    /** From 2^low to 2^high in steps of a factor of the square root of two, and infinity. */
    private static double[] bounds(int low, int high) {
        int steps = (high - low) * 2 + 1;
        var bounds = new double[steps + 1];
        for (int i = 0; i < steps; i++) {
            bounds[i] = Math.pow(2, low + i / 2.0);
        }
        bounds[steps] = Double.POSITIVE_INFINITY;
        return bounds;
    }
}
