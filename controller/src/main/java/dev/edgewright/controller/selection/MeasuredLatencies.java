package dev.edgewright.controller.selection;

import com.google.protobuf.ByteString;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.FleetChange;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.fleet.HardwareClass;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;

/** What devices measured while probing, by hardware class and manifest: the median of the class is what a prediction yields to. */
final class MeasuredLatencies {

    private record Key(HardwareClass hardware, ByteString manifest) {}

    /** Last median of each device that ran it. */
    private final Map<Key, Map<String, Double>> medians = new ConcurrentHashMap<>();

    MeasuredLatencies(FleetService fleet) {
        fleet.addListener(this::onChange);
    }

    OptionalDouble p50Ms(HardwareClass hardware, Variant variant) {
        var known = medians.get(new Key(hardware, variant.digest().toByteString()));
        if (known == null || known.isEmpty()) {
            return OptionalDouble.empty();
        }
        double[] sorted = known.values().stream().mapToDouble(v -> v).sorted().toArray();
        return OptionalDouble.of(sorted[sorted.length / 2]);
    }

    private void onChange(Device device, FleetChange change) {
        if (change != FleetChange.REPORTED && change != FleetChange.HELLO) {
            return;
        }
        for (AssignmentReport report : device.reported().getAssignmentsList()) {
            if (report.getProbe().getP50Ms() > 0 && device.introduced()) {
                medians.computeIfAbsent(
                                new Key(device.hardwareClass(), report.getManifest()), k -> new ConcurrentHashMap<>())
                        .put(device.id().value(), report.getProbe().getP50Ms());
            }
        }
    }
}
