package dev.edgewright.controller.rollout;

import dev.edgewright.controller.telemetry.Usage;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How the same devices served before and after a switch. A ratio is estimated on logarithms: the mean over devices, and its lower bound
 * from the spread between devices and the uncertainty within each ({@link Error}). Pure.
 */
final class BeforeAndAfter {

    /** Half a bucket of a sketch of schema 3, as a logarithm: 2^(1/16). */
    private static final double SKETCH_STEP = Math.log(2) / 16;

    private final List<Pair> pairs;

    /** One device; {@code after} is summarised once. */
    private record Pair(Baseline before, Usage after, Baseline summary) {}

    /** One device before and after. */
    record Sides(Baseline before, Usage after) {}

    BeforeAndAfter(List<Sides> sides) {
        this.pairs = sides.stream()
                .map(s -> new Pair(s.before(), s.after(), summarise(s.after())))
                .toList();
    }

    /** Mean of log ratios with the standard error of that mean. */
    record Estimate(double mean, double error, int devices) {
        double ratio() {
            return Math.exp(mean);
        }

        double lower(double confidence) {
            return Math.exp(mean - Confidence.quantile(confidence, devices - 1) * error);
        }
    }

    /** @param gate one of those that are ratios */
    Estimate of(Gate gate) {
        return switch (gate) {
            case P95 -> tails();
            case MEDIAN -> medians();
            case ENERGY -> energies();
            case MEMORY -> memory();
            default -> throw new IllegalArgumentException(gate + " is no ratio of before and after");
        };
    }

    private Estimate tails() {
        return estimate(
                pairs.stream()
                        .filter(p ->
                                p.before().p95Ms() > 0 && p.after().latency().count() > 0)
                        .toList(),
                Error.BOTH,
                p -> Math.log(p.summary().p95Ms() / p.before().p95Ms()),
                p -> Math.hypot(spread(p.before()), spread(p.summary())));
    }

    /** Other work on a device moves its p95 by far more than its median: what is slower by nature shows there. */
    private Estimate medians() {
        return estimate(
                pairs.stream()
                        .filter(p ->
                                p.before().p50Ms() > 0 && p.after().latency().count() > 0)
                        .toList(),
                Error.LARGER,
                p -> Math.log(p.summary().p50Ms() / p.before().p50Ms()),
                p -> Math.hypot(medianSpread(p.before()), medianSpread(p.summary())));
    }

    private Estimate energies() {
        return estimate(
                pairs.stream()
                        .filter(p -> p.before().joulesPerInference() > 0
                                && p.after().joulesRequests() > 0
                                && p.after().joules() > 0)
                        .toList(),
                Error.BOTH,
                p -> Math.log(p.after().joulesPerInference() / p.before().joulesPerInference()),
                // Windows of one device differ; their spread is what one of its means is worth.
                p -> p.after().joulesSpread());
    }

    /** Of the whole process, which a variant that leaks makes grow. A measurement has no error of its own; devices differ. */
    private Estimate memory() {
        return estimate(
                pairs.stream()
                        .filter(p -> p.before().residentBytes() > 0 && p.after().residentBytes() > 0)
                        .toList(),
                Error.BOTH,
                p -> Math.log((double) p.after().residentBytes() / p.before().residentBytes()),
                p -> 0);
    }

    /** How the spread between devices and the uncertainty within each make the error of the mean. */
    private enum Error {
        /** Their sum: for what other work on a device moves in bursts, of which one device's few do not tell how uncertain it is. */
        BOTH,
        /** The larger: the spread between devices already contains what is uncertain within each, if there are several. */
        LARGER
    }

    private static Estimate estimate(
            List<Pair> pairs, Error kind, ToDoubleFunction<Pair> ratio, ToDoubleFunction<Pair> error) {
        int n = pairs.size();
        if (n == 0) {
            return new Estimate(0, 0, 0);
        }
        double mean = pairs.stream().mapToDouble(ratio).average().orElse(0);
        double between = 0;
        double within = 0;
        for (Pair pair : pairs) {
            between += Math.pow(ratio.applyAsDouble(pair) - mean, 2);
            within += Math.pow(error.applyAsDouble(pair), 2);
        }
        double inside = within / ((double) n * n);
        double outside = n > 1 ? between / (n - 1) / n : 0;
        double ofMean = kind == Error.BOTH ? inside + outside : Math.max(inside, outside);
        return new Estimate(mean, Math.sqrt(ofMean), n);
    }

    /** Standard error of the logarithm of the p95, from the ends of its order statistics. */
    private static double spread(Baseline b) {
        return b.p95LowMs() > 0 ? (Math.log(b.p95HighMs()) - Math.log(b.p95LowMs())) / 2 : 0;
    }

    /** The same of the median; a bucket of the sketch, which bounds what can be told apart, when more requests make less. */
    private static double medianSpread(Baseline b) {
        return b.p50Ms() > 0 ? Math.max(SKETCH_STEP, (Math.log(b.p50HighMs()) - Math.log(b.p50LowMs())) / 2) : 0;
    }

    /** What a gate compares with later. */
    static Baseline summarise(Usage usage) {
        long n = Math.max(1, usage.latency().count());
        double step = Math.sqrt(0.95 * 0.05 / n);
        double half = 0.5 / Math.sqrt(n);
        return new Baseline(
                usage.requests(),
                1000 * usage.latency().quantile(0.95),
                1000 * usage.latency().quantile(Math.max(0, 0.95 - step)),
                1000 * usage.latency().quantile(Math.min(1, 0.95 + step)),
                usage.errors(),
                usage.joulesPerInference(),
                usage.residentBytes(),
                1000 * usage.latency().quantile(0.5),
                1000 * usage.latency().quantile(Math.max(0, 0.5 - half)),
                1000 * usage.latency().quantile(Math.min(1, 0.5 + half)));
    }
}
