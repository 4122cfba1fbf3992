package dev.edgewright.controller.fake;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.controller.telemetry.DeviceSummary;
import dev.edgewright.controller.telemetry.Series;
import dev.edgewright.controller.telemetry.TelemetryService;
import dev.edgewright.controller.telemetry.Usage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps the windows that came, and answers what a test put in. */
public final class FakeTelemetry implements TelemetryService {
    public final List<TelemetryWindow> windows = new CopyOnWriteArrayList<>();
    public final List<Series> series = new CopyOnWriteArrayList<>();
    public final Map<DeviceId, DeviceSummary> summaries = new ConcurrentHashMap<>();

    @Override
    public void onTelemetry(DeviceId device, TelemetryWindow window) {
        windows.add(window);
    }

    @Override
    public List<Series> series() {
        return List.copyOf(series);
    }

    @Override
    public Optional<DeviceSummary> latest(DeviceId device) {
        return Optional.ofNullable(summaries.get(device));
    }

    @Override
    public Optional<Usage> usage(DeviceId device, ModelName model, Digest manifest) {
        return Optional.empty();
    }

    @Override
    public Map<String, Long> dropped() {
        return Map.of("duplicate", 0L);
    }

    @Override
    public void forget(DeviceId device) {
        summaries.remove(device);
    }
}
