package dev.edgewright.controller.selection;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceClasses;
import dev.edgewright.controller.fleet.FleetChange;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.selection.TrialMeasurements.Measurement;
import dev.edgewright.controller.selection.TrialMeasurements.OperatorMicros;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is known of each class: trials first, then what devices measured while probing before a switch. The median over devices is
 * the class's. Thread-safe.
 */
public final class FleetKnowledge {

    /** Spread between devices that one alone cannot show. */
    private static final double ONE_DEVICE = 0.03;

    private static final double PROBING_SIGMA = 0.08;
    private static final double REQUESTS_SIGMA = 0.1;

    private record Key(String deviceClass, Digest manifest) {}

    /** Last median of each device that ran it, and what they come to, which is worked out when it is asked for. */
    private static final class Medians {
        private final Map<String, Double> byDevice = new HashMap<>();
        private Measured together;

        synchronized void put(String device, double p50Ms) {
            Double before = byDevice.put(device, p50Ms);
            if (before == null || before != p50Ms) {
                together = null;
            }
        }

        synchronized Measured together() {
            if (together == null) {
                together = fromProbing(byDevice.values());
            }
            return together;
        }
    }

    private final DeviceClasses classes;
    private final CatalogService catalog;
    private final TrialMeasurements store;
    private final Map<Key, Medians> probed = new ConcurrentHashMap<>();
    private final Map<String, Map<Digest, Map<String, Measurement>>> tried = new ConcurrentHashMap<>();
    private final Map<Key, Measured> answered = new ConcurrentHashMap<>();
    private final Map<String, OperatorTable> tables = new ConcurrentHashMap<>();

    public FleetKnowledge(FleetService fleet, DeviceClasses classes, CatalogService catalog, TrialMeasurements store) {
        this.classes = classes;
        this.catalog = catalog;
        this.store = store;
        store.all().forEach(this::remember);
        fleet.addListener(this::onChange);
    }

    /** Takes a result of a trial, and keeps it. */
    public void learn(Measurement measurement) {
        store.put(measurement);
        remember(measurement);
    }

    private void remember(Measurement m) {
        tried.computeIfAbsent(m.deviceClass(), k -> new ConcurrentHashMap<>())
                .computeIfAbsent(m.manifest(), k -> new ConcurrentHashMap<>())
                .put(m.device().value(), m);
        tables.remove(m.deviceClass());
    }

    /** What devices of a class answer requests in, for variants that nothing else has measured there. */
    void observed(String deviceClass, Digest manifest, double p50Ms, int devices) {
        answered.put(
                new Key(deviceClass, manifest),
                new Measured(
                        Optional.of(new Figure(p50Ms, REQUESTS_SIGMA, Figure.Source.REQUESTS)),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalLong.empty(),
                        devices,
                        Optional.empty()));
    }

    /** What trials measured on a class of a variant, by device. */
    public List<Measurement> trials(String deviceClass, Digest manifest) {
        return List.copyOf(tried.getOrDefault(deviceClass, Map.of())
                .getOrDefault(manifest, Map.of())
                .values());
    }

    /** All that is known of the class that this device is in. */
    public ClassKnowledge of(Device device) {
        return new Known(classes.of(device), device);
    }

    private void onChange(Device device, FleetChange change) {
        if (change != FleetChange.REPORTED && change != FleetChange.HELLO || !device.introduced()) {
            return;
        }
        for (AssignmentReport report : device.reported().getAssignmentsList()) {
            if (report.getProbe().getP50Ms() > 0 && report.getManifest().size() == Digest.LENGTH) {
                probed.computeIfAbsent(
                                new Key(classes.of(device), Digest.ofBytes(report.getManifest())), k -> new Medians())
                        .put(device.id().value(), report.getProbe().getP50Ms());
            }
        }
    }

    /** Profiles of the class, against the probes of one of its devices: they agree within the tolerance of a class. */
    private OperatorTable table(String deviceClass, Device device) {
        return tables.computeIfAbsent(deviceClass, k -> {
            var profiles = new ArrayList<OperatorTable.Profile>();
            tried.getOrDefault(k, Map.of())
                    .forEach((manifest, byDevice) -> byDevice.values().stream()
                            .filter(m -> !m.operators().isEmpty())
                            .findFirst()
                            .ifPresent(m -> catalog.variant(manifest)
                                    .ifPresent(v -> profiles.add(new OperatorTable.Profile(
                                            v.workload(),
                                            m.operators().stream()
                                                    .map(OperatorMicros::toProto)
                                                    .toList())))));
            return OperatorTable.learn(profiles, device.probes(), device.facts().getIntraOpThreads());
        });
    }

    private final class Known implements ClassKnowledge {
        private final String deviceClass;
        private final Device device;

        Known(String deviceClass, Device device) {
            this.deviceClass = deviceClass;
            this.device = device;
        }

        @Override
        public Optional<Measured> of(Variant variant) {
            var trials = tried.getOrDefault(deviceClass, Map.of())
                    .getOrDefault(variant.digest(), Map.of())
                    .values();
            if (!trials.isEmpty()) {
                return Optional.of(together(trials));
            }
            var key = new Key(deviceClass, variant.digest());
            return Optional.ofNullable(probed.get(key))
                    .map(Medians::together)
                    .or(() -> Optional.ofNullable(answered.get(key)));
        }

        @Override
        public OperatorTable operators() {
            return table(deviceClass, device);
        }

        @Override
        public OptionalDouble joulesPerMs() {
            double joules = 0;
            double millis = 0;
            for (var byDevice : tried.getOrDefault(deviceClass, Map.of()).values()) {
                for (Measurement m : byDevice.values()) {
                    if (m.joules() > 0 && m.p50Ms() > 0) {
                        joules += m.joules();
                        millis += m.p50Ms();
                    }
                }
            }
            return millis > 0 ? OptionalDouble.of(joules / millis) : OptionalDouble.empty();
        }
    }

    private static Measured together(Collection<Measurement> trials) {
        Optional<String> out = trials.stream().flatMap(m -> m.out().stream()).findFirst();
        double[] p50 = sorted(trials.stream().map(Measurement::p50Ms).toList());
        if (p50.length == 0) {
            return new Measured(
                    Optional.empty(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    OptionalLong.empty(),
                    trials.size(),
                    out);
        }
        double within = trials.stream().mapToDouble(Measurement::sigma).max().orElse(0);
        double between =
                p50.length > 1 ? Math.log(p50[p50.length - 1] / p50[0]) / 2 / Math.sqrt(p50.length) : ONE_DEVICE;
        double[] p95 = sorted(trials.stream().map(Measurement::p95Ms).toList());
        double[] joules = sorted(trials.stream().map(Measurement::joules).toList());
        long memory = trials.stream().mapToLong(Measurement::memoryBytes).max().orElse(0);
        return new Measured(
                Optional.of(new Figure(median(p50), Math.hypot(within, between), Figure.Source.TRIAL)),
                p95.length > 0 ? OptionalDouble.of(p95[p95.length - 1]) : OptionalDouble.empty(),
                joules.length > 0 ? OptionalDouble.of(median(joules)) : OptionalDouble.empty(),
                memory > 0 ? OptionalLong.of(memory) : OptionalLong.empty(),
                trials.size(),
                out);
    }

    private static Measured fromProbing(Collection<Double> medians) {
        double[] sorted = sorted(medians);
        return new Measured(
                Optional.of(new Figure(median(sorted), PROBING_SIGMA, Figure.Source.PROBING)),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                sorted.length,
                Optional.empty());
    }

    private static double[] sorted(Collection<Double> values) {
        return values.stream().mapToDouble(v -> v).filter(v -> v > 0).sorted().toArray();
    }

    /** The upper middle, as before. */
    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }
}
