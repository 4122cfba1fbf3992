package dev.edgewright.controller.selection;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceClasses;
import dev.edgewright.controller.fleet.DeviceQuery;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.telemetry.TelemetryService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares what devices of one hardware answer requests in, variant by variant: a device that is steadily slower or faster than the
 * median of its hardware is told to {@link DeviceClasses}, which splits it off beyond the tolerance; and the median of each class is
 * told to {@link FleetKnowledge}, for variants that no trial has measured there.
 */
public final class BehaviourWatch {

    /** Fewer requests say nothing of a median. */
    private static final long MIN_REQUESTS = 200;

    /** Fewer devices have no usual. */
    private static final int MIN_DEVICES = 3;

    private final FleetService fleet;
    private final DeviceClasses classes;
    private final FleetKnowledge knowledge;
    private final TelemetryService telemetry;

    public BehaviourWatch(
            FleetService fleet, DeviceClasses classes, FleetKnowledge knowledge, TelemetryService telemetry) {
        this.fleet = fleet;
        this.classes = classes;
        this.knowledge = knowledge;
        this.telemetry = telemetry;
    }

    private record Group(String name, Digest manifest) {}

    private record Seen(Device device, double p50Ms) {}

    /** Looks at what was answered so far. Call it now and then. */
    public void tick() {
        var byHardware = new HashMap<Group, List<Seen>>();
        for (Device device : fleet.matching(DeviceQuery.all())) {
            if (device.introduced()) {
                String hardware = device.hardwareClass().value();
                for (AssignmentReport report : device.reported().getAssignmentsList()) {
                    p50Ms(device, report)
                            .forEach((manifest, ms) -> byHardware
                                    .computeIfAbsent(new Group(hardware, manifest), k -> new ArrayList<>())
                                    .add(new Seen(device, ms)));
                }
            }
        }
        var logs = new HashMap<Device, List<Double>>();
        byHardware.forEach((group, seen) -> {
            if (seen.size() >= MIN_DEVICES) {
                double usual = median(seen);
                seen.forEach(s ->
                        logs.computeIfAbsent(s.device(), k -> new ArrayList<>()).add(Math.log(s.p50Ms() / usual)));
            }
        });
        logs.forEach((device, all) -> classes.behaves(
                device, Math.exp(all.stream().mapToDouble(v -> v).average().orElse(0))));
        tellMedians(byHardware);
    }

    private void tellMedians(Map<Group, List<Seen>> byHardware) {
        var byClass = new HashMap<Group, List<Seen>>();
        byHardware.forEach((group, seen) -> seen.forEach(s -> byClass.computeIfAbsent(
                        new Group(classes.of(s.device()), group.manifest()), k -> new ArrayList<>())
                .add(s)));
        byClass.forEach((group, seen) -> knowledge.observed(group.name(), group.manifest(), median(seen), seen.size()));
    }

    /** Of the variant that serves, when enough requests tell. */
    private Map<Digest, Double> p50Ms(Device device, AssignmentReport report) {
        if (report.getActiveManifest().size() != Digest.LENGTH || !ModelName.isValid(report.getModel())) {
            return Map.of();
        }
        var manifest = Digest.ofBytes(report.getActiveManifest());
        return telemetry
                .usage(device.id(), ModelName.of(report.getModel()), manifest)
                .filter(usage -> usage.latency().count() >= MIN_REQUESTS)
                .map(usage -> Map.of(manifest, 1000 * usage.latency().quantile(0.5)))
                .orElse(Map.of());
    }

    private static double median(List<Seen> seen) {
        double[] sorted = seen.stream().mapToDouble(Seen::p50Ms).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
