package dev.edgewright.controller.rollout;

/** Where one device is in one rollout, as far as the controller knows. */
public enum TargetState {
    /** In a wave that has not begun, or not offered yet. */
    PLANNED,
    /** The assignment is published; the device has not said anything about it. */
    OFFERED,
    FETCHING,
    VERIFYING,
    PROBING,
    WATCHING,
    COMMITTED,
    FAILED,
    ROLLED_BACK,
    /** Did not move within the deadline of its state; counts as failed until it speaks. */
    SILENT,
    /** The assignment that goes back is published. */
    REVERTING,
    REVERTED,
    /** Did not go back in time; it will when it reads its desired state. */
    UNREACHED,
    /** Had nothing before, so it keeps what it has. */
    KEPT,
    /** No variant suits it, or its class was stopped. */
    SKIPPED,
    /** Another rollout took it. */
    SUPERSEDED;

    /** The device works on the assignment. */
    public boolean inFlight() {
        return switch (this) {
            case OFFERED, FETCHING, VERIFYING, PROBING, WATCHING -> true;
            default -> false;
        };
    }

    public boolean failed() {
        return this == FAILED || this == ROLLED_BACK || this == SILENT;
    }

    /** Nothing more is expected of the device in the forward direction. */
    public boolean settled() {
        return this != PLANNED && !inFlight();
    }

    /** Counts neither for nor against. */
    public boolean neutral() {
        return this == SKIPPED || this == SUPERSEDED;
    }
}
