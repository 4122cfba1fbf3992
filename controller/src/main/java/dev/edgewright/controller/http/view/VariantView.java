package dev.edgewright.controller.http.view;

import dev.edgewright.common.protocol.v1.Accuracy;
import dev.edgewright.controller.catalog.Variant;
import java.util.List;

/** Schema {@code Variant}. */
public record VariantView(
        String digest,
        String model,
        String version,
        String variant,
        String recipe,
        long sizeBytes,
        String blob,
        int chunks,
        String createdAt,
        AccuracyView accuracy,
        LatencyView latency,
        List<String> requiresIsa,
        List<String> lineage,
        Long peakMemoryBytes,
        boolean fasterThanOriginal) {

    public static VariantView of(Variant variant) {
        var here = variant.latencyHere();
        return new VariantView(
                variant.digest().hex(),
                variant.model().value(),
                variant.version(),
                variant.name(),
                variant.recipe(),
                variant.bytes(),
                variant.graph().hex(),
                variant.manifest().getGraph().getChunks(),
                Text.time(variant.createdAt()),
                variant.hasAccuracy() ? AccuracyView.of(variant.accuracy()) : null,
                here.p50Ms() > 0 ? new LatencyView(here.p50Ms(), here.p95Ms(), here.runs()) : null,
                variant.requiresIsa(),
                variant.manifest().getLineageList(),
                Text.positive(variant.manifest().getPeakMemoryBytes()),
                variant.fasterThanOriginal());
    }

    /** Schema {@code Accuracy}. */
    public record AccuracyView(String metric, double value, double low, double high, long samples, double agreement) {
        static AccuracyView of(Accuracy accuracy) {
            return new AccuracyView(
                    accuracy.getMetric(),
                    accuracy.getValue(),
                    accuracy.getLow(),
                    accuracy.getHigh(),
                    accuracy.getSamples(),
                    accuracy.getAgreement());
        }
    }

    /** Measured on the controller's machine. */
    public record LatencyView(double p50Ms, double p95Ms, int runs) {}
}
