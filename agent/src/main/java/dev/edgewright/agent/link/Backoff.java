package dev.edgewright.agent.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential back-off with full jitter: the n-th wait is uniform in [0, min(cap, first * 2^n)].
 *
 * <p>Full jitter spreads a fleet that lost its broker at one moment best (M. Brooker, "Exponential Backoff And Jitter",
 * 2015). Not thread-safe.
 */
public final class Backoff {

    private final Duration first;
    private final Duration cap;
    private final RandomGenerator random;
    private int failures;

    public Backoff(Duration first, Duration cap, RandomGenerator random) {
        this.first = first;
        this.cap = cap;
        this.random = random;
    }

    /** How long to wait after one more failure. */
    public Duration next() {
        long ceiling = Math.min(cap.toMillis(), first.toMillis() << Math.min(failures, 30));
        failures++;
        return Duration.ofMillis(random.nextLong(ceiling + 1));
    }

    public void reset() {
        failures = 0;
    }
}
