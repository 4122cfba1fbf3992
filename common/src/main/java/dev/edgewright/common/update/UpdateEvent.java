package dev.edgewright.common.update;

/** What can happen to an assignment on a device. */
public enum UpdateEvent {
    /** A newer assignment for this model was accepted while nothing was in motion. */
    OFFERED,
    /** Every chunk of every file is here, each checked against its digest, and on disk. */
    FETCHED,
    /** The files cannot be had: deadline passed, disk full, index corrupt. */
    GAVE_UP,
    /** The whole files have the digests of the manifest, and this device has what the manifest requires. */
    VERIFIED,
    /** The files or the manifest cannot be taken by this device. */
    REFUSED,
    /** The golden inputs gave the expected outputs, within the limits of the assignment. */
    HEALTHY,
    /** The variant does not load, does not agree, or breaks a limit. */
    UNHEALTHY,
    /** It was watched long enough under live requests. */
    SETTLED,
    /** Live errors, latency or energy got worse than the assignment allows. */
    REGRESSED,
    /** A newer assignment for this model was accepted while this one was in motion. */
    SUPERSEDED,
    /** The agent died too often in this state. */
    CRASH_LOOP,
    /** The agent started again and found this state on disk. */
    RESTARTED,
    /** The model is to be taken off the device. */
    REMOVED
}
