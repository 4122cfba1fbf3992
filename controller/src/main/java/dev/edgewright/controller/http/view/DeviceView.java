package dev.edgewright.controller.http.view;

import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.Probe;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.telemetry.DeviceSummary;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Schema {@code Device}. */
public record DeviceView(
        String id,

        @com.fasterxml.jackson.annotation.JsonProperty("class")
        String hardwareClass,

        String state,
        String firstSeen,
        String lastSeen,
        String bootId,
        String agentVersion,
        String fingerprint,
        Map<String, String> labels,
        Facts facts,
        List<ProbeView> probes,
        Long desiredSequence,
        Long rejected,
        String lastRejection,
        Double temperatureCelsius,
        Long residentBytes,
        List<AssignmentView> assignments,
        List<TelemetryView> telemetry) {

    /** Why a device got the variant that a rollout assigned to it. */
    @FunctionalInterface
    public interface Reasons {
        /** @param rollout as the device reported it; may be empty or unknown */
        Optional<String> why(String device, String rollout);
    }

    /** @param withProbes false in lists: a device has dozens of probes */
    public static DeviceView of(Device device, Optional<DeviceSummary> summary, Reasons reasons, boolean withProbes) {
        var hello = device.hello();
        var reported = device.reported();
        var id = device.id().value();
        return new DeviceView(
                id,
                device.introduced() ? device.hardwareClass().value() : null,
                device.online() ? "ONLINE" : "OFFLINE",
                Text.time(device.firstSeen()),
                Text.time(device.lastSeen()),
                Text.hex(device.presence().getBootId()),
                Text.some(device.facts().getAgentVersion()),
                Text.some(hello.getFingerprint()),
                device.labels(),
                device.introduced() ? Facts.of(device.facts()) : null,
                withProbes ? device.probes().stream().map(ProbeView::of).toList() : null,
                reported.getDesiredSequence(),
                reported.getRejected(),
                Text.some(reported.getLastRejection()),
                summary.map(s -> Text.positive(s.temperatureCelsius())).orElse(null),
                summary.map(s -> Text.positive(s.residentBytes())).orElse(null),
                reported.getAssignmentsList().stream()
                        .map(a -> AssignmentView.of(a, reasons.why(id, a.getRolloutId())))
                        .toList(),
                summary.map(TelemetryView::of).orElse(List.of()));
    }

    /** Schema {@code DeviceFacts}. */
    public record Facts(
            String arch,
            String os,
            String cpuModel,
            int cores,
            Integer intraOpThreads,
            long ramBytes,
            Long diskFreeBytes,
            List<String> isa,
            String power,
            Integer batteryPercent,
            List<String> energySensors,
            String onnxruntimeVersion,
            List<String> executionProviders) {
        static Facts of(DeviceFacts facts) {
            return new Facts(
                    facts.getArch(),
                    Text.some(facts.getOs()),
                    facts.getCpuModel(),
                    facts.getCores(),
                    Text.positive(facts.getIntraOpThreads()),
                    facts.getRamBytes(),
                    Text.positive(facts.getDiskFreeBytes()),
                    facts.getIsaList(),
                    switch (facts.getPower()) {
                        case POWER_SOURCE_MAINS -> "MAINS";
                        case POWER_SOURCE_BATTERY -> "BATTERY";
                        default -> "UNKNOWN";
                    },
                    Text.positive(facts.getBatteryPercent()),
                    facts.getEnergySensorsList(),
                    Text.some(facts.getOnnxruntimeVersion()),
                    facts.getExecutionProvidersList());
        }
    }

    /** Schema {@code Probe}. */
    public record ProbeView(
            String kernel,
            String precision,
            String size,
            int threads,
            double medianUs,
            double p95Us,
            double work,
            int runs) {
        static ProbeView of(Probe probe) {
            return new ProbeView(
                    probe.getKernel(),
                    probe.getPrecision(),
                    probe.getSize(),
                    probe.getThreads(),
                    probe.getMedianUs(),
                    probe.getP95Us(),
                    probe.getWork(),
                    probe.getRuns());
        }
    }
}
