package dev.edgewright.controller.telemetry;

import dev.edgewright.common.id.DeviceId;
import java.time.Instant;
import java.util.List;

/**
 * The last window of a device.
 *
 * @param at when it arrived, by the controller's clock
 * @param temperatureCelsius 0 when unknown
 */
public record DeviceSummary(
        DeviceId device,
        Instant at,
        double temperatureCelsius,
        long residentBytes,
        double cpuSeconds,
        int batteryPercent,
        List<ModelSummary> models) {
    public DeviceSummary {
        models = List.copyOf(models);
    }

    /**
     * @param manifest hex digest of the manifest that answered
     * @param p50Ms of the window; 0 without requests
     * @param joulesPerInference net joules of the best source divided by requests; 0 when unknown
     * @param energySource "rapl", "hwmon", "battery", "estimated", or "" without any
     */
    public record ModelSummary(
            String model,
            String manifest,
            String variant,
            double p50Ms,
            double p95Ms,
            long requests,
            long errors,
            double joulesPerInference,
            String energySource) {}
}
