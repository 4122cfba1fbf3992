package dev.edgewright.controller.fleet;

import dev.edgewright.common.id.DeviceId;
import java.util.Collection;
import java.util.List;

/** Keeps devices over a restart. */
public interface FleetStore {
    List<Device> all();

    /** Writes all of them in one transaction, replacing older rows. */
    void save(Collection<Device> devices);

    void remove(DeviceId device);
}
