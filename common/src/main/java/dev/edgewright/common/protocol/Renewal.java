package dev.edgewright.common.protocol;

import java.util.random.RandomGenerator;

/**
 * When a device says again that it is there and subscribes again, so that a broker that lost either does not leave it out until its next connect:
 * half a minute to a minute after it connected, then after twice as long each time, up to about 16 to 32 minutes. The moments are drawn, so that
 * devices that connected together do not renew together. Not thread-safe; times are milliseconds of any clock that does not jump much.
 */
public final class Renewal {

    static final long FIRST_MS = 30_000;
    private static final int DOUBLINGS = 5;

    private final RandomGenerator random;
    private final long firstMs;
    private long stepMs;
    private long atMs = Long.MAX_VALUE;

    public Renewal(RandomGenerator random) {
        this(random, FIRST_MS);
    }

    /** @param firstMs in place of half a minute */
    public Renewal(RandomGenerator random, long firstMs) {
        this.random = random;
        this.firstMs = firstMs;
    }

    /** A connection begins. */
    public void connected(long nowMs) {
        stepMs = firstMs;
        plan(nowMs);
    }

    /** The next moment; {@link Long#MAX_VALUE} before the first connection. */
    public long atMs() {
        return atMs;
    }

    /** True once for each moment that has come; plans the next one. */
    public boolean due(long nowMs) {
        if (nowMs < atMs) {
            return false;
        }
        stepMs = Math.min(2 * stepMs, firstMs << DOUBLINGS);
        plan(nowMs);
        return true;
    }

    private void plan(long nowMs) {
        atMs = nowMs + stepMs + random.nextLong(stepMs);
    }
}
