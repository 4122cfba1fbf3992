package dev.edgewright.controller.fleet;

/** What of a device changed. */
public enum FleetChange {
    PRESENCE,
    HELLO,
    REPORTED,
    LABELS,
    /** It turned out that two devices use its identifier. */
    SHARED_ID,
    REMOVED
}
