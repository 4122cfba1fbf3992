package dev.edgewright.controller.fleet;

import dev.edgewright.common.id.DeviceId;
import java.util.List;
import java.util.Optional;

/**
 * One page of devices, ordered by identifier.
 *
 * @param next pass as {@code after} for the next page; empty on the last
 */
public record DevicePage(List<Device> items, Optional<DeviceId> next) {
    public DevicePage {
        items = List.copyOf(items);
    }
}
