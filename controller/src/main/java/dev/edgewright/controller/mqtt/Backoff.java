package dev.edgewright.controller.mqtt;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Exponential delays with full jitter between half and whole, so that what failed together does not return together. */
final class Backoff {
    private final Duration first;
    private final Duration last;
    private final RandomGenerator random;
    private int failures;

    Backoff(Duration first, Duration last, RandomGenerator random) {
        this.first = first;
        this.last = last;
        this.random = random;
    }

    /** The delay before the next try; grows with every call until {@link #reset()}. */
    Duration next() {
        long ceiling = Math.min(last.toMillis(), first.toMillis() << Math.min(failures, 20));
        failures++;
        return Duration.ofMillis(ceiling / 2 + random.nextLong(ceiling / 2 + 1));
    }

    void reset() {
        failures = 0;
    }
}
