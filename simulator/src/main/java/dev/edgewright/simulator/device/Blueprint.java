package dev.edgewright.simulator.device;

import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.simulator.profile.Fault;
import dev.edgewright.simulator.profile.Faults;
import dev.edgewright.simulator.profile.Mix;

/**
 * What one device is made from.
 *
 * @param fault the one that it has
 * @param faults how bad each fault is
 * @param telemetryMs length of its windows
 * @param window chunks that it takes before it asks again
 */
public record Blueprint(
        DeviceId id, BootId boot, Mix.Named kind, Fault fault, Faults faults, long telemetryMs, int window) {}
