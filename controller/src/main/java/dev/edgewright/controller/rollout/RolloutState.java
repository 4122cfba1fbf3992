package dev.edgewright.controller.rollout;

/** Where a rollout is. */
public enum RolloutState {
    /** Planned; nothing was offered yet. */
    SCHEDULED,
    /** Devices of the first wave run the new variant beside the one that serves; nothing is switched. */
    SHADOWING,
    /** The next wave needs a person's yes. */
    AWAITING_APPROVAL,
    RUNNING,
    /** A person said stop; devices that were offered go on. */
    PAUSED,
    /** A gate said stop; devices keep what they have. */
    HALTED,
    /** Devices are going back to what they had before. */
    REVERTING,
    REVERTED,
    /** A person ended it; devices keep what they have. */
    ABORTED,
    SUCCEEDED;

    /** True while it holds its devices: another rollout of the same model may not take them. */
    public boolean live() {
        return switch (this) {
            case SCHEDULED, SHADOWING, AWAITING_APPROVAL, RUNNING, PAUSED, HALTED, REVERTING -> true;
            case REVERTED, ABORTED, SUCCEEDED -> false;
        };
    }
}
