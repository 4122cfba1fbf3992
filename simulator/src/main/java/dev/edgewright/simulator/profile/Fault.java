package dev.edgewright.simulator.profile;

/** What goes wrong with one device. */
public enum Fault {
    NONE,
    /** Ends every update in VERIFYING. */
    FAILS_VERIFYING,
    /** Ends every update in PROBING. */
    FAILS_PROBING,
    /** Takes the first update that it is offered and is never heard of again, though it stays connected. */
    SILENT,
    /** Takes chunks no faster than its link is. */
    SLOW_LINK,
    /** Is slower by a factor with every variant after its first. */
    REGRESSES,
    /** Answers a share of requests with errors, with every variant that it is given. */
    ANSWERS_ERRORS,
    /** Has a clock that is wrong. */
    SKEWED_CLOCK,
    /** Calls itself by the identifier of another device. */
    TWIN,
    /** Loses its connection again and again. */
    FLAPS,
    /** Its messages come twice or out of order, both ways. */
    MESSY_LINK
}
