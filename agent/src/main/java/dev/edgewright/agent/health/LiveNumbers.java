package dev.edgewright.agent.health;

import java.util.OptionalDouble;

/**
 * What one variant did under live requests.
 *
 * @param requests answered or failed, since it began to serve
 * @param errors of them failed
 * @param p95Seconds of the answered ones; 0 where there were none
 * @param joulesPerInference net, where a sensor or an estimate gives it
 */
public record LiveNumbers(long requests, long errors, double p95Seconds, OptionalDouble joulesPerInference) {

    public static final LiveNumbers NONE = new LiveNumbers(0, 0, 0, OptionalDouble.empty());

    public LiveNumbers {
        if (requests < 0 || errors < 0 || errors > requests) {
            throw new IllegalArgumentException(errors + " errors of " + requests + " requests");
        }
    }

    public double errorRatio() {
        return requests == 0 ? 0 : (double) errors / requests;
    }
}
