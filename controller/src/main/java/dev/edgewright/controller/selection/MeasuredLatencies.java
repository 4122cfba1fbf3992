package dev.edgewright.controller.selection;

import com.google.protobuf.ByteString;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.FleetChange;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.fleet.HardwareClass;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;

/** What devices measured while probing, by hardware class and manifest: the median of the class is what a prediction yields to. */
final class MeasuredLatencies {

    private record Key(HardwareClass hardware, ByteString manifest) {}

    /** Last median of each device that ran it, and the median of those, which is worked out when it is asked for. */
    private static final class Medians {
        private final Map<String, Double> byDevice = new HashMap<>();
        private OptionalDouble median;

        synchronized void put(String device, double p50Ms) {
            Double before = byDevice.put(device, p50Ms);
            if (before == null || before != p50Ms) {
                median = null;
            }
        }

        synchronized OptionalDouble median() {
            if (median == null) {
                double[] sorted =
                        byDevice.values().stream().mapToDouble(v -> v).sorted().toArray();
                median = OptionalDouble.of(sorted[sorted.length / 2]);
            }
            return median;
        }
    }

    private final Map<Key, Medians> medians = new ConcurrentHashMap<>();

    MeasuredLatencies(FleetService fleet) {
        fleet.addListener(this::onChange);
    }

    OptionalDouble p50Ms(HardwareClass hardware, Variant variant) {
        var known = medians.get(new Key(hardware, variant.digest().toByteString()));
        return known == null ? OptionalDouble.empty() : known.median();
    }

    private void onChange(Device device, FleetChange change) {
        if (change != FleetChange.REPORTED && change != FleetChange.HELLO) {
            return;
        }
        for (AssignmentReport report : device.reported().getAssignmentsList()) {
            if (report.getProbe().getP50Ms() > 0 && device.introduced()) {
                medians.computeIfAbsent(new Key(device.hardwareClass(), report.getManifest()), k -> new Medians())
                        .put(device.id().value(), report.getProbe().getP50Ms());
            }
        }
    }
}
