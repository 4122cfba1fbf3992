package dev.edgewright.controller.rollout;

/** What happens to a device in a rollout. The SAYS_ events are what its reports show. */
public enum TargetEvent {
    OFFER,
    SAYS_FETCHING,
    SAYS_VERIFYING,
    SAYS_PROBING,
    SAYS_WATCHING,
    SAYS_COMMITTED,
    SAYS_FAILED,
    SAYS_ROLLED_BACK,
    DEADLINE,
    REVERT,
    SAYS_BACK,
    KEEP,
    SKIP,
    SUPERSEDE
}
