package dev.edgewright.simulator.device;

import dev.edgewright.common.protocol.v1.Energy;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.ModelWindow;
import dev.edgewright.common.telemetry.LatencySketch;
import dev.edgewright.simulator.profile.Profile;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The inferences of one model: latencies are log-normal around the profile's median. Counts them per window of telemetry and since the last
 * switch, and keeps what was before the switch to compare with.
 */
final class Traffic {

    private static final double MOST_AT_ONCE = 100_000;
    private static final double Z95 = 1.6448536269514722;

    /** What was counted over some time; latencies in seconds. */
    private static final class Counts {
        private final LatencySketch latency = new LatencySketch();
        private long requests;
        private long errors;
        private double joules;
    }

    private final Profile profile;
    private final RandomGenerator random;
    private Counts window = new Counts();
    private Counts sinceSwitch = new Counts();
    private Counts before = new Counts();
    private double factor = 1;
    private double errorRatio;
    private double joulesFactor = 1;
    private double owed;
    private long countedToMs;

    Traffic(Profile profile, RandomGenerator random, long nowMs) {
        this.profile = profile;
        this.random = random;
        this.countedToMs = nowMs;
    }

    /** From now on another variant serves, slower by the factor, with this share of errors, and this factor on what an inference of that length costs. */
    void switched(double newFactor, double newErrorRatio, double newJoulesFactor) {
        before = sinceSwitch;
        sinceSwitch = new Counts();
        window = new Counts();
        factor = newFactor;
        errorRatio = newErrorRatio;
        joulesFactor = newJoulesFactor;
    }

    /** Nothing serves any more. */
    void stopped(long nowMs) {
        countedToMs = nowMs;
        owed = 0;
    }

    /** Runs the requests that came since the last call. */
    void advance(long nowMs) {
        owed += Math.max(0, nowMs - countedToMs) * profile.requestsPerSecond() / 1000;
        countedToMs = nowMs;
        long requests = (long) Math.min(owed, MOST_AT_ONCE);
        owed = Math.min(owed - requests, 1);
        for (long i = 0; i < requests; i++) {
            request();
        }
    }

    private void request() {
        boolean error = errorRatio > 0 && random.nextDouble() < errorRatio;
        double seconds = profile.latencyMs() / 1000 * factor * Math.exp(profile.jitter() * random.nextGaussian());
        for (Counts counts : new Counts[] {window, sinceSwitch}) {
            counts.requests++;
            if (error) {
                counts.errors++;
            } else {
                counts.latency.record(seconds);
                counts.joules += profile.joules() * factor * joulesFactor;
            }
        }
    }

    long requestsSinceSwitch() {
        return sinceSwitch.requests;
    }

    /** Median with this factor, in milliseconds. */
    double medianMs(double withFactor) {
        return profile.latencyMs() * withFactor;
    }

    double p95Ms(double withFactor) {
        return medianMs(withFactor) * Math.exp(Z95 * profile.jitter());
    }

    /** The limit that was broken since the switch, in words; empty where none was. */
    Optional<String> breach(Limits limits) {
        double p95Ms = sinceSwitch.latency.isEmpty() ? 0 : sinceSwitch.latency.quantile(0.95) * 1000;
        double errors = sinceSwitch.requests == 0 ? 0 : (double) sinceSwitch.errors / sinceSwitch.requests;
        double joules = sinceSwitch.latency.isEmpty() ? 0 : sinceSwitch.joules / sinceSwitch.latency.count();
        if (above(p95Ms, limits.getMaxP95Ms())) {
            return Optional.of("p95 " + p95Ms + " ms, at most " + limits.getMaxP95Ms());
        }
        if (above(errors, limits.getMaxErrorRatio())) {
            return Optional.of("error ratio " + errors + ", at most " + limits.getMaxErrorRatio());
        }
        if (above(joules, limits.getMaxJoulesPerInference())) {
            return Optional.of(joules + " J an inference, at most " + limits.getMaxJoulesPerInference());
        }
        double beforeMs = before.latency.isEmpty() ? 0 : before.latency.quantile(0.95) * 1000;
        if (beforeMs > 0 && above(p95Ms / beforeMs, limits.getMaxSlowdown())) {
            return Optional.of("p95 " + p95Ms + " ms, before " + beforeMs + " ms");
        }
        return Optional.empty();
    }

    /** The window until now, and begins the next. */
    ModelWindow.Builder window() {
        ModelWindow.Builder model = ModelWindow.newBuilder()
                .setLatency(window.latency.toProto())
                .setRequests(window.requests)
                .setErrors(window.errors);
        if (window.joules > 0) {
            model.addEnergy(Energy.newBuilder()
                    .setSource("estimated")
                    .setGrossJoules(window.joules)
                    .setNetJoules(window.joules));
        }
        window = new Counts();
        return model;
    }

    private static boolean above(double value, double limit) {
        return limit > 0 && value > limit;
    }
}
