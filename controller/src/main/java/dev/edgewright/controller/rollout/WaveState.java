package dev.edgewright.controller.rollout;

/** Where a wave is. */
public enum WaveState {
    PENDING,
    RUNNING,
    /** All its devices ended; gates look on for the soak time. */
    SOAKING,
    DONE,
    /** The rollout ended before it was done. */
    STOPPED
}
