package dev.edgewright.agent.update;

/** The two clocks an update needs. */
public interface Time {

    /** Milliseconds since 1970; may jump when the device learns the time. Only for reports, deadlines and expiry. */
    long unixMillis();

    /** Milliseconds that never jump, since any moment. For waiting and watching. */
    long monotonicMillis();
}
