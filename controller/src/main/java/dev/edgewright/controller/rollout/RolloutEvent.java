package dev.edgewright.controller.rollout;

/** What happens to a rollout. */
public enum RolloutEvent {
    START,
    /** The stage before the first wave begins. */
    SHADOW,
    /** It agreed with what serves. */
    SHADOW_PASSED,
    APPROVAL_NEEDED,
    APPROVE,
    PAUSE,
    RESUME,
    /** A gate was broken and the policy is to hold. */
    BREACH,
    /** A gate was broken and the policy is to go back, or a person said so. */
    REVERT,
    ABORT,
    LAST_WAVE_DONE,
    ALL_BACK
}
