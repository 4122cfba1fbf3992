package dev.edgewright.controller.telemetry;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Energy;
import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.protocol.v1.ModelWindow;
import dev.edgewright.common.protocol.v1.ShadowReport;
import dev.edgewright.common.protocol.v1.ShadowWindow;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.telemetry.LatencySketch;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.FleetService;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Merges windows in memory. A series belongs to no device, so nothing shrinks when one leaves; a restart of the controller begins at
 * zero, which counters in Prometheus may do.
 *
 * <p>One lock per device and one per series: windows of different devices are merged side by side.
 */
public final class MergedTelemetry implements TelemetryService {

    /** Best first: a sensor that measures the device's own rails beats a battery gauge beats a guess. */
    private static final List<String> SOURCES = List.of("rapl", "hwmon", "battery", "estimated");

    private static final int MANIFESTS_PER_DEVICE = 16;

    private final FleetService fleet;
    private final Cohorts cohorts;
    private final Clock clock;
    private final Map<SeriesKey, Accumulator> series = new ConcurrentHashMap<>();
    private final Map<DeviceId, DeviceState> devices = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> dropped = new ConcurrentHashMap<>();

    public MergedTelemetry(FleetService fleet, Cohorts cohorts, Clock clock) {
        this.fleet = fleet;
        this.cohorts = cohorts;
        this.clock = clock;
    }

    /** What is kept of one device. Guarded by itself. */
    private static final class DeviceState {
        private ByteString boot = ByteString.EMPTY;
        private final List<ByteString> oldBoots = new ArrayList<>();
        private long lastSequence = -1;
        private DeviceSummary latest;
        private final LinkedHashMap<String, UsageSum> usage = new LinkedHashMap<>(8, 0.75f, true);
        /** What came since evidence began anew, of the manifests for which it did. */
        private final Map<String, UsageSum> anew = new HashMap<>();

        private final LinkedHashMap<String, ShadowUsage> shadows = new LinkedHashMap<>(8, 0.75f, true);
    }

    private static final class Accumulator {
        private final LatencySketch latency = new LatencySketch();
        private long requests;
        private long errors;
        private final Map<String, Series.Joules> energy = new LinkedHashMap<>();

        synchronized void add(LatencySketch sketch, ModelWindow window) {
            latency.merge(sketch);
            requests += window.getRequests();
            errors += window.getErrors();
            for (Energy e : window.getEnergyList()) {
                energy.merge(
                        e.getSource(),
                        new Series.Joules(e.getGrossJoules(), e.getNetJoules()),
                        (a, b) -> a.plus(b.gross(), b.net()));
            }
        }

        synchronized Series snapshot(SeriesKey key) {
            return new Series(key, latency.copy(), requests, errors, energy);
        }
    }

    @Override
    public void onTelemetry(DeviceId id, TelemetryWindow window) {
        var sketches = new ArrayList<LatencySketch>(window.getModelsCount());
        var shadows = new ArrayList<LatencySketch>(2 * window.getShadowsCount());
        try {
            window.getShadowsList().forEach(s -> {
                shadows.add(LatencySketch.fromProto(s.getLatency()));
                shadows.add(LatencySketch.fromProto(s.getActiveLatency()));
            });
            window.getModelsList().forEach(m -> sketches.add(LatencySketch.fromProto(m.getLatency())));
        } catch (RuntimeException e) {
            drop("malformed");
            return;
        }
        var state = devices.computeIfAbsent(id, k -> new DeviceState());
        var device = fleet.get(id);
        synchronized (state) {
            var refusal = order(state, window, device);
            if (refusal.isPresent()) {
                drop(refusal.get());
                return;
            }
            state.latest = summary(id, window, sketches);
            long resident = Math.max(0, window.getResidentBytes() - beside(device));
            for (int i = 0; i < sketches.size(); i++) {
                remember(state, window.getModels(i), sketches.get(i), resident);
            }
            for (int i = 0; i < window.getShadowsCount(); i++) {
                remember(state, window.getShadows(i), shadows.get(2 * i), shadows.get(2 * i + 1));
            }
        }
        String hardware = device.map(d -> d.hardwareClass().value()).orElse("unknown");
        for (int i = 0; i < sketches.size(); i++) {
            var model = window.getModels(i);
            var key =
                    new SeriesKey(model.getModel(), model.getVariant(), hardware, cohorts.cohort(id, model.getModel()));
            series.computeIfAbsent(key, k -> new Accumulator()).add(sketches.get(i), model);
        }
    }

    /** Bytes that variants beside take, by the device's word: they are not those of what serves. */
    private static long beside(Optional<Device> device) {
        return device.map(d -> d.reported().getShadowsList()).stream()
                .flatMap(List::stream)
                .filter(s -> s.getState() == LifecycleState.LIFECYCLE_STATE_WATCHING)
                .mapToLong(ShadowReport::getMemoryBytes)
                .sum();
    }

    /** Why the window is not taken, if so; moves the device on otherwise. */
    private static Optional<String> order(DeviceState state, TelemetryWindow window, Optional<Device> device) {
        ByteString boot = window.getBootId();
        if (!boot.equals(state.boot)) {
            boolean known = device.map(d -> !d.hello().getBootId().isEmpty()
                            && !d.hello().getBootId().equals(boot)
                            && d.hello().getBootId().equals(state.boot))
                    .orElse(false);
            if (state.oldBoots.contains(boot) || known) {
                return Optional.of("old-boot");
            }
            if (!state.boot.isEmpty()) {
                state.oldBoots.add(state.boot);
                if (state.oldBoots.size() > 8) {
                    state.oldBoots.remove(0);
                }
            }
            state.boot = boot;
            state.lastSequence = -1;
        }
        if (window.getSequence() == state.lastSequence) {
            return Optional.of("duplicate");
        }
        if (window.getSequence() < state.lastSequence) {
            return Optional.of("reordered");
        }
        state.lastSequence = window.getSequence();
        return Optional.empty();
    }

    private static void remember(DeviceState state, ModelWindow window, LatencySketch sketch, long resident) {
        String key = window.getModel() + " " + hex(window.getManifest());
        state.usage.computeIfAbsent(key, k -> new UsageSum()).add(sketch, window, best(window), resident);
        state.anew.computeIfPresent(key, (k, sum) -> {
            sum.add(sketch, window, best(window), resident);
            return sum;
        });
        if (state.usage.size() > MANIFESTS_PER_DEVICE) {
            var eldest = state.usage.keySet().iterator();
            state.anew.remove(eldest.next());
            eldest.remove();
        }
    }

    private static void remember(DeviceState state, ShadowWindow window, LatencySketch sketch, LatencySketch active) {
        String key = window.getModel() + " " + hex(window.getManifest()) + " " + hex(window.getActiveManifest());
        state.shadows.put(key, state.shadows.getOrDefault(key, ShadowUsage.NONE).plus(window, sketch, active));
        if (state.shadows.size() > MANIFESTS_PER_DEVICE) {
            var eldest = state.shadows.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    private DeviceSummary summary(DeviceId id, TelemetryWindow window, List<LatencySketch> sketches) {
        var models = new ArrayList<DeviceSummary.ModelSummary>();
        for (int i = 0; i < sketches.size(); i++) {
            var model = window.getModels(i);
            var sketch = sketches.get(i);
            var energy = best(model);
            boolean any = sketch.count() > 0;
            models.add(new DeviceSummary.ModelSummary(
                    model.getModel(),
                    hex(model.getManifest()),
                    model.getVariant(),
                    any ? 1000 * sketch.quantile(0.5) : 0,
                    any ? 1000 * sketch.quantile(0.95) : 0,
                    model.getRequests(),
                    model.getErrors(),
                    model.getRequests() > 0 ? energy.map(Energy::getNetJoules).orElse(0.0) / model.getRequests() : 0,
                    energy.map(Energy::getSource).orElse("")));
        }
        return new DeviceSummary(
                id,
                clock.instant(),
                window.getTemperatureCelsius(),
                window.getResidentBytes(),
                window.getCpuSeconds(),
                window.getBatteryPercent(),
                models);
    }

    private static Optional<Energy> best(ModelWindow window) {
        return window.getEnergyList().stream()
                .min(Comparator.comparingInt(
                        e -> SOURCES.contains(e.getSource()) ? SOURCES.indexOf(e.getSource()) : SOURCES.size()));
    }

    private static String hex(ByteString digest) {
        return digest.size() == 32 ? Digest.ofBytes(digest).hex() : "";
    }

    private void drop(String reason) {
        dropped.computeIfAbsent(reason, k -> new AtomicLong()).incrementAndGet();
    }

    @Override
    public List<Series> series() {
        return series.entrySet().stream()
                .map(e -> e.getValue().snapshot(e.getKey()))
                .toList();
    }

    @Override
    public Optional<DeviceSummary> latest(DeviceId device) {
        var state = devices.get(device);
        if (state == null) {
            return Optional.empty();
        }
        synchronized (state) {
            return Optional.ofNullable(state.latest);
        }
    }

    @Override
    public Optional<Usage> usage(DeviceId device, ModelName model, Digest manifest) {
        var state = devices.get(device);
        if (state == null) {
            return Optional.empty();
        }
        synchronized (state) {
            return Optional.ofNullable(state.usage.get(model.value() + " " + manifest.hex()))
                    .map(UsageSum::snapshot);
        }
    }

    @Override
    public void beginAnew(DeviceId device, ModelName model, Digest manifest) {
        var state = devices.computeIfAbsent(device, k -> new DeviceState());
        synchronized (state) {
            state.anew.put(model.value() + " " + manifest.hex(), new UsageSum());
            state.shadows
                    .keySet()
                    .removeIf(key -> key.startsWith(model.value() + " ") && key.endsWith(" " + manifest.hex()));
        }
    }

    @Override
    public Optional<Usage> evidence(DeviceId device, ModelName model, Digest manifest) {
        var state = devices.get(device);
        if (state == null) {
            return Optional.empty();
        }
        String key = model.value() + " " + manifest.hex();
        synchronized (state) {
            return Optional.ofNullable(state.anew.getOrDefault(key, state.usage.get(key)))
                    .map(UsageSum::snapshot);
        }
    }

    @Override
    public Optional<ShadowUsage> shadow(DeviceId device, ModelName model, Digest manifest) {
        var state = devices.get(device);
        if (state == null) {
            return Optional.empty();
        }
        String key = model.value() + " " + manifest.hex() + " ";
        synchronized (state) {
            return state.shadows.entrySet().stream()
                    .filter(e -> e.getKey().startsWith(key))
                    .map(java.util.Map.Entry::getValue)
                    .reduce(ShadowUsage::plus)
                    .map(ShadowUsage::copy);
        }
    }

    @Override
    public Optional<ShadowUsage> shadow(DeviceId device, ModelName model, Digest manifest, Digest served) {
        var state = devices.get(device);
        if (state == null) {
            return Optional.empty();
        }
        synchronized (state) {
            return Optional.ofNullable(state.shadows.get(model.value() + " " + manifest.hex() + " " + served.hex()))
                    .map(ShadowUsage::copy);
        }
    }

    @Override
    public Map<String, Long> dropped() {
        var counts = new LinkedHashMap<String, Long>();
        dropped.forEach((reason, count) -> counts.put(reason, count.get()));
        return counts;
    }

    @Override
    public void forget(DeviceId device) {
        devices.remove(device);
    }
}
