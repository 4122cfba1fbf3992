package dev.edgewright.controller.jobs;

/** What happens to a job. */
public enum JobEvent {
    PICKED,
    /** Its worker is gone; it runs again from what it had left on disk. */
    LOST,
    DONE,
    BROKE,
    CANCEL
}
