package dev.edgewright.controller.selection;

/** What became of a candidate. */
public enum Verdict {
    /** This one. */
    CHOSEN,
    /** Could run, but another one is predicted faster (or as fast and more accurate). */
    SLOWER,
    /** Needs an instruction set that the device lacks. */
    ISA_MISSING,
    /** Does not fit the memory that the device may use. */
    MEMORY,
    /** Accuracy under the floor, or lost more than allowed, or unknown where a limit needs it. */
    ACCURACY,
    /** Slower than the original on this device's own probes; never offered. */
    SLOWER_THAN_ORIGINAL,
    /** Predicted above the latency limit. */
    LATENCY_LIMIT,
    /** Larger than the artifact limit. */
    SIZE_LIMIT,
    /** Not the variant that was asked for. */
    NOT_ASKED_FOR
}
