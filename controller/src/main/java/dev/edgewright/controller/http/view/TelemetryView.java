package dev.edgewright.controller.http.view;

import dev.edgewright.controller.telemetry.DeviceSummary;
import java.util.List;

/** Schema {@code TelemetrySummary}. */
public record TelemetryView(
        String model,
        String variant,
        String manifest,
        long requests,
        long errors,
        Double p50Ms,
        Double p95Ms,
        String lastWindow,
        Joules joulesPerInference) {

    static List<TelemetryView> of(DeviceSummary summary) {
        return summary.models().stream().map(m -> of(summary, m)).toList();
    }

    private static TelemetryView of(DeviceSummary summary, DeviceSummary.ModelSummary model) {
        return new TelemetryView(
                model.model(),
                model.variant(),
                Text.some(model.manifest()),
                model.requests(),
                model.errors(),
                Text.positive(model.p50Ms()),
                Text.positive(model.p95Ms()),
                Text.time(summary.at()),
                model.energySource().isEmpty() || model.requests() == 0
                        ? null
                        : new Joules(model.energySource(), Math.max(0, model.joulesPerInference())));
    }

    /** Schema {@code JoulesPerInference}. */
    public record Joules(String source, double net) {}
}
