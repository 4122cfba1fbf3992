package dev.edgewright.controller.fleet;

/** Hears of every accepted change of a device, on the thread that brought it; must return at once. */
@FunctionalInterface
public interface FleetListener {
    void onChange(Device device, FleetChange change);
}
