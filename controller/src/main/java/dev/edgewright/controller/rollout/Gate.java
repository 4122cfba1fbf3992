package dev.edgewright.controller.rollout;

/**
 * What a rollout is judged by. Each has a level, larger for worse, that an operator can accept by resuming a halted rollout:
 * from then on the limit counts from that level.
 */
public enum Gate {
    /** Devices that failed, rolled back or are silent: how many. */
    FAILURES,
    /** Devices that committed were too few. No level: failures are accepted. */
    SUCCESS,
    /** Share of the expected answers, 0..1, that devices did not give while probing. */
    AGREEMENT,
    /** Share of the live answers, 0..1, that differ from those of the variant before. */
    LIVE_AGREEMENT,
    /** Share of the requests, 0..1, that failed. */
    ERRORS,
    /** p95 after the switch divided by before. */
    P95,
    /** The same of the median. */
    MEDIAN,
    /** Net joules per inference after divided by before. */
    ENERGY,
    /** Largest resident memory after divided by before. */
    MEMORY;

    /** True where the limit is a factor; where it is an amount, it is added. */
    boolean ratio() {
        return this == P95 || this == MEDIAN || this == ENERGY || this == MEMORY;
    }

    /** True for two that one limit of the policy bounds: who accepts a slowdown accepts it of the tail and of the median. */
    boolean sharesLimitWith(Gate other) {
        return this == other || slowdown() && other.slowdown();
    }

    private boolean slowdown() {
        return this == P95 || this == MEDIAN;
    }

    /** Of a ratio: what is compared, in words. */
    String compared() {
        return switch (this) {
            case P95 -> "p95";
            case MEDIAN -> "median latency";
            case ENERGY -> "energy per inference";
            case MEMORY -> "resident memory";
            default -> throw new IllegalArgumentException(this + " is no ratio");
        };
    }

    /** Such as "a p95 of 1.32 times what it was". */
    String words(double level) {
        return switch (this) {
            case FAILURES -> level == 1 ? "one failed device" : Words.of("%.0f failed devices", level);
            case SUCCESS -> "too few devices that committed";
            case AGREEMENT -> Words.of("%.2f %% of the expected answers missed while probing", 100 * level);
            case LIVE_AGREEMENT -> Words.of("%.2f %% of the live answers differing", 100 * level);
            case ERRORS -> Words.of("%.2f %% of the requests failing", 100 * level);
            case P95, MEDIAN, ENERGY, MEMORY -> Words.of("%s of %.2f times what it was", compared(), level);
        };
    }
}
