package dev.edgewright.controller.fleet;

/** What of a device changed. */
public enum FleetChange {
    PRESENCE,
    HELLO,
    REPORTED,
    LABELS,
    REMOVED
}
