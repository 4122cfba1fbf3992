package dev.edgewright.controller.telemetry;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes telemetry windows. Thread-safe; nothing blocks. */
public interface TelemetryService {

    /** Merges a window. Duplicates, reordered windows and those of an older boot are counted and dropped. */
    void onTelemetry(DeviceId device, TelemetryWindow window);

    /** Every series as it stands now. */
    List<Series> series();

    Optional<DeviceSummary> latest(DeviceId device);

    /** What one device sent about one manifest. */
    Optional<Usage> usage(DeviceId device, ModelName model, Digest manifest);

    /**
     * From now on {@link #evidence} of the manifest, and what was compared while it served, begin with nothing. In memory, like all that they
     * come from.
     */
    default void beginAnew(DeviceId device, ModelName model, Digest manifest) {}

    /** What one device sent about one manifest since {@link #beginAnew}; all of it when that was never called. */
    default Optional<Usage> evidence(DeviceId device, ModelName model, Digest manifest) {
        return usage(device, model, manifest);
    }

    /** What one device sent about a variant that runs beside, whatever served meanwhile. */
    default Optional<ShadowUsage> shadow(DeviceId device, ModelName model, Digest manifest) {
        return Optional.empty();
    }

    /** The same, of the time while {@code served} served. */
    default Optional<ShadowUsage> shadow(DeviceId device, ModelName model, Digest manifest, Digest served) {
        return Optional.empty();
    }

    /** Windows dropped since the start, by reason ("duplicate", "reordered", "old-boot", "malformed"). */
    Map<String, Long> dropped();

    /** Forgets a device's latest summary and usage; its share in the series stays. */
    void forget(DeviceId device);
}
