package dev.edgewright.agent.health;

import java.time.Duration;

/**
 * What an assignment asks of a variant under live requests. A limit of 0 is no limit.
 *
 * @param length how long it is watched before it is committed
 * @param minRequests it is not committed before it saw so many, however long that takes; 0: time alone decides
 * @param maxErrorRatio 0..1
 * @param maxP95Ms milliseconds
 * @param maxSlowdown p95 against the previous variant's, 1.2 = 20 % slower
 * @param maxJoulesPerInference joules
 */
public record WatchRules(
        Duration length,
        long minRequests,
        double maxErrorRatio,
        double maxP95Ms,
        double maxSlowdown,
        double maxJoulesPerInference) {

    public WatchRules {
        if (length.isNegative()) {
            throw new IllegalArgumentException("a watch cannot last " + length);
        }
    }
}
