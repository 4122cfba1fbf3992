package dev.edgewright.controller.rollout;

/** What happens to a wave. */
public enum WaveEvent {
    START,
    ALL_SETTLED,
    SOAKED,
    STOP
}
