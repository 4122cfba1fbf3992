package dev.edgewright.agent.telemetry;

import dev.edgewright.agent.inference.ModelActivity;
import dev.edgewright.agent.inference.ModelRegistry;
import dev.edgewright.agent.inference.ShadowActivity;
import dev.edgewright.agent.power.EnergyMonitor;
import dev.edgewright.agent.power.EnergyWindow;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Energy;
import dev.edgewright.common.protocol.v1.ModelWindow;
import dev.edgewright.common.protocol.v1.ShadowWindow;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Closes one telemetry window after another and keeps the metrics page's totals. */
public final class TelemetryCollector {
    private final DeviceId device;
    private final BootId boot;
    private final ModelRegistry registry;
    private final EnergyMonitor energy;
    private final ProcessGauges process;
    private final AgentMetrics metrics;
    private final Clock clock;
    private final Map<ModelName, EnergyHistory> histories = new HashMap<>();
    private long sequence;
    private long startMillis;
    private double cpuSeconds;

    /** Begins the first window now. */
    public TelemetryCollector(
            DeviceId device,
            BootId boot,
            ModelRegistry registry,
            EnergyMonitor energy,
            ProcessGauges process,
            AgentMetrics metrics,
            Clock clock) {
        this.device = device;
        this.boot = boot;
        this.registry = registry;
        this.energy = energy;
        this.process = process;
        this.metrics = metrics;
        this.clock = clock;
        this.startMillis = clock.millis();
        this.cpuSeconds = process.cpuSeconds();
    }

    /** Ends the current window and begins the next. */
    public synchronized TelemetryWindow next() {
        List<ModelActivity> activity = registry.drainActivity();
        List<ShadowActivity> shadows = registry.drainShadows();
        double busy =
                activity.stream().mapToDouble(a -> a.stats().latency().sum()).sum()
                        + shadows.stream().mapToDouble(s -> s.latency().sum()).sum();
        boolean idle = activity.stream().allMatch(a -> a.stats().requests() == 0)
                && shadows.stream().allMatch(s -> s.compared() == 0);
        EnergyWindow window = energy.window(idle);
        metrics.device(window);
        long now = clock.millis();
        double cpu = process.cpuSeconds();
        TelemetryWindow.Builder telemetry = TelemetryWindow.newBuilder()
                .setDeviceId(device.value())
                .setBootId(boot.toByteString())
                .setSequence(++sequence)
                .setStartUnixMs(startMillis)
                .setLengthMs((int) Math.min(Integer.MAX_VALUE, Math.max(0, now - startMillis)))
                .setTemperatureCelsius(process.temperatureCelsius())
                .setResidentBytes(process.residentBytes())
                .setCpuSeconds(Math.max(0, cpu - cpuSeconds))
                .setBatteryPercent(process.batteryPercent());
        ModelEnergy shares = new ModelEnergy(window, busy);
        for (ModelActivity one : activity) {
            telemetry.addModels(model(one, shares));
        }
        shadows.forEach(shadow -> telemetry.addShadows(shadow(shadow, shares)));
        startMillis = now;
        cpuSeconds = cpu;
        return telemetry.build();
    }

    private static ShadowWindow shadow(ShadowActivity shadow, ModelEnergy shares) {
        var window = ShadowWindow.newBuilder();
        shadow.served().ifPresent(served -> window.setActiveManifest(served.toByteString()));
        return window.setModel(shadow.model().value())
                .setManifest(shadow.manifest().toByteString())
                .setCompared(shadow.compared())
                .setAgreed(shadow.agreed())
                .setErrors(shadow.errors())
                .setDropped(shadow.dropped())
                .setMinCosine(shadow.minCosine())
                .setLatency(shadow.latency().toProto())
                .setActiveLatency(shadow.activeLatency().toProto())
                .setNetJoules(shares.net(shadow))
                .setEnergySource(shares.energy().source().label())
                .build();
    }

    private ModelWindow model(ModelActivity activity, ModelEnergy shares) {
        EnergyWindow window = shares.energy();
        metrics.add(activity, shares);
        histories
                .computeIfAbsent(activity.model(), m -> new EnergyHistory())
                .add(
                        activity.stats().manifest(),
                        window.source(),
                        window.seconds(),
                        shares.net(activity),
                        activity.stats().requests());
        ModelWindow.Builder model = ModelWindow.newBuilder()
                .setModel(activity.model().value())
                .setManifest(activity.stats().manifest().toByteString())
                .setVariant(activity.stats().variant())
                .setLatency(activity.stats().latency().toProto())
                .setRequests(activity.stats().requests())
                .setErrors(activity.stats().errors());
        if (activity.stats().requests() > 0) {
            model.addEnergy(Energy.newBuilder()
                    .setSource(window.source().label())
                    .setGrossJoules(shares.gross(activity))
                    .setNetJoules(shares.net(activity)));
        }
        return model.build();
    }

    /** Takes a reading of those meters that know power, not energy; about once a second. */
    public void sample() {
        energy.sample();
    }

    /** Net joules per inference of the variant that serves; empty before a minute of it was seen. */
    public synchronized OptionalDouble joulesPerInference(ModelName model) {
        EnergyHistory history = histories.get(model);
        return history == null ? OptionalDouble.empty() : history.joulesPerInference();
    }
}
