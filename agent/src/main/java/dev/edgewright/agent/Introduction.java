package dev.edgewright.agent;

import dev.edgewright.agent.device.DeviceFactsReader;
import dev.edgewright.agent.device.DeviceProfile;
import dev.edgewright.agent.device.ProbeCache;
import dev.edgewright.agent.device.ProbeSettings;
import dev.edgewright.agent.device.ProbeSuite;
import dev.edgewright.agent.power.EnergyMonitor;
import dev.edgewright.agent.update.UpdateEngine;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Probe;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** What this device says of itself at every connection: facts read anew, probes measured once. */
final class Introduction {

    private final DeviceId device;
    private final BootId boot;
    private final DeviceFactsReader facts;
    private final EnergyMonitor energy;
    private final Map<String, String> labels;
    private final AtomicLong sequence = new AtomicLong();
    private volatile List<Probe> probes = List.of();
    private volatile String fingerprint = "";

    Introduction(
            DeviceId device,
            BootId boot,
            DeviceFactsReader facts,
            EnergyMonitor energy,
            AgentConfig config,
            DeviceProfile profile) {
        this.device = device;
        this.boot = boot;
        this.facts = facts;
        this.energy = energy;
        this.labels = new TreeMap<>(profile.labels());
        labels.putAll(config.labels());
    }

    /** Takes the probes of this hardware and runtime from {@code DATA/probes.json}, or measures them first. */
    void measure(DeviceFacts of, String newFingerprint, AgentConfig config) {
        fingerprint = newFingerprint;
        probes = switch (config.probe()) {
            case NONE -> List.of();
            case QUICK -> measured(of, config, ProbeSettings.QUICK);
            case FULL -> measured(of, config, ProbeSettings.FULL);
        };
    }

    Hello hello(UpdateEngine engine) {
        return Hello.newBuilder()
                .setDeviceId(device.value())
                .setBootId(boot.toByteString())
                .setSequence(sequence.incrementAndGet())
                .setFacts(facts.read(energy.sensors(), AgentMain.VERSION))
                .addAllProbes(probes)
                .setFingerprint(fingerprint)
                .putAllLabels(labels)
                .addAllHeld(engine.held())
                .setHighestDesiredSequence(engine.desiredSequence())
                .build();
    }

    private List<Probe> measured(DeviceFacts of, AgentConfig config, ProbeSettings settings) {
        return new ProbeCache(config.data())
                .get(fingerprint, () -> new ProbeSuite(settings).run(of.getIntraOpThreads()));
    }
}
