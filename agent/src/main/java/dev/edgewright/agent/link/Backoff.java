package dev.edgewright.agent.link;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Exponential back-off with full jitter: the n-th wait is uniform in [0, min(cap, first * 2^n)].
 *
 * <p>Full jitter spreads a fleet that lost its broker at one moment best (M. Brooker, "Exponential Backoff And Jitter",
 * 2015). Only a connection that held counts as success: one that is refused right after it was made must not be tried in a
 * hurry for ever. Not thread-safe.
 */
public final class Backoff {

    private static final Duration HELD = Duration.ofSeconds(30);

    private final Duration first;
    private final Duration cap;
    private final RandomGenerator random;
    private final LongSupplier nanoTime;
    private int failures;
    private boolean up;
    private long since;

    /** @param nanoTime a clock that never jumps, in nanoseconds */
    public Backoff(Duration first, Duration cap, RandomGenerator random, LongSupplier nanoTime) {
        this.first = first;
        this.cap = cap;
        this.random = random;
        this.nanoTime = nanoTime;
    }

    /** There is a connection. */
    public void connected() {
        up = true;
        since = nanoTime.getAsLong();
    }

    /** The connection is lost, or could not be made: how long to wait before the next. */
    public Duration lost() {
        if (up && nanoTime.getAsLong() - since >= HELD.toNanos()) {
            failures = 0;
        }
        up = false;
        long ceiling = Math.min(cap.toMillis(), first.toMillis() << Math.min(failures, 30));
        failures++;
        return Duration.ofMillis(random.nextLong(ceiling + 1));
    }
}
