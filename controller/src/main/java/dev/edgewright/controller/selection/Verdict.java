package dev.edgewright.controller.selection;

/** What became of a candidate. */
public enum Verdict {
    /** This one. */
    CHOSEN,
    /** Could run, but another one is predicted faster (or as fast and more accurate). */
    SLOWER,
    /** Could run, but another one takes less energy. */
    MORE_ENERGY,
    /** Could run, but another one is smaller. */
    LARGER,
    /** Could run, but another one is more accurate. */
    LESS_ACCURATE,
    /** Needs an instruction set that the device lacks. */
    ISA_MISSING,
    /** Does not fit the memory that the device may use, or the limit on memory. */
    MEMORY,
    /** Accuracy under the floor, or lost more than allowed, or unknown where a limit needs it. */
    ACCURACY,
    /** Slower than the original on this device's own probes; never offered. */
    SLOWER_THAN_ORIGINAL,
    /** Above the latency limit. */
    LATENCY_LIMIT,
    /** Above the limit on joules, or unknown there. */
    ENERGY_LIMIT,
    /** Larger than the artifact limit. */
    SIZE_LIMIT,
    /** Went out of a trial on this class: it does not load, its outputs are wrong, or it broke a limit there. */
    OUT_IN_TRIAL,
    /** Not the variant that was asked for. */
    NOT_ASKED_FOR
}
