package dev.edgewright.controller.fake;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.FleetStore;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps devices in memory. */
public final class FakeFleetStore implements FleetStore {
    private final Map<DeviceId, Device> devices = new ConcurrentHashMap<>();

    @Override
    public List<Device> all() {
        return List.copyOf(devices.values());
    }

    @Override
    public void save(Collection<Device> changed) {
        changed.forEach(device -> devices.put(device.id(), device));
    }

    @Override
    public void remove(DeviceId device) {
        devices.remove(device);
    }
}
