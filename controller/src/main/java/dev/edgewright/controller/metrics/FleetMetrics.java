package dev.edgewright.controller.metrics;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceQuery;
import dev.edgewright.controller.fleet.FleetService;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** How many devices of which class are there. */
public final class FleetMetrics implements MultiCollector {

    /** @param hello of which {@code name} is the class; another instance makes it stale */
    private record KnownClass(Hello hello, String name) {}

    private final FleetService fleet;
    private final Map<DeviceId, KnownClass> classes = new ConcurrentHashMap<>();

    public FleetMetrics(FleetService fleet) {
        this.fleet = fleet;
    }

    @Override
    public MetricSnapshots collect() {
        var online = new TreeMap<String, Integer>();
        var offline = new TreeMap<String, Integer>();
        var devices = fleet.matching(DeviceQuery.all());
        for (var device : devices) {
            var name = className(device);
            online.merge(name, device.online() ? 1 : 0, Integer::sum);
            offline.merge(name, device.online() ? 0 : 1, Integer::sum);
        }
        if (classes.size() > devices.size() + 1000) {
            classes.clear(); // devices were forgotten
        }
        var gauge = Family.gauge("edgewright_devices", "Devices by hardware class and whether they are connected.");
        online.forEach((name, count) -> gauge.add(count, "class", name, "state", "online"));
        offline.forEach((name, count) -> gauge.add(count, "class", name, "state", "offline"));
        return new MetricSnapshots(
                gauge.done(),
                Family.gauge(
                                "edgewright_devices_sharing_an_identifier",
                                "Identifiers that two running devices were seen to use since the start.")
                        .add(fleet.sharedIdentifiers().size())
                        .done(),
                Family.counter(
                                "edgewright_fleet_stale_messages",
                                "Messages of devices that were older than what was known already.")
                        .add(fleet.staleMessages())
                        .done());
    }

    private String className(Device device) {
        var known = classes.get(device.id());
        if (known == null || known.hello() != device.hello()) {
            known = new KnownClass(device.hello(), device.hardwareClass().value());
            classes.put(device.id(), known);
        }
        return known.name();
    }
}
