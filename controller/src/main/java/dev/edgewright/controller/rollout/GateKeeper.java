package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.rollout.GatePolicy.Scope;
import dev.edgewright.controller.telemetry.ShadowUsage;
import dev.edgewright.controller.telemetry.Usage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Compares what devices measure after the switch with what the same devices measured before, by variant and hardware class. Pure
 * but for the measurements that it asks for.
 *
 * <p>A comparison of ratios is made on logarithms: the mean over devices, and its lower bound from the spread between devices
 * and the uncertainty within each. Only a bound beyond the limit breaks a gate, so that noise does not.
 */
final class GateKeeper {

    /** What devices measured. */
    interface Measurements {
        Optional<Usage> usage(DeviceId device, ModelName model, Digest manifest);

        /** Agreement with the expected answers, 0..1, that the device measured while probing. */
        OptionalDouble agreement(DeviceId device, ModelName model, Digest manifest);

        /** How the answers of the variant before, which ran beside, agreed with those of the one that serves. */
        default Optional<ShadowUsage> beside(DeviceId device, ModelName model, Digest before, Digest serving) {
            return Optional.empty();
        }

        /** Agreement of a variant with its own original, 0..1, as it was measured when it was made; 1 where nothing is known. */
        default double known(Digest manifest) {
            return 1;
        }
    }

    /** Half a bucket of a sketch of schema 3, as a logarithm: 2^(1/16). */
    private static final double SKETCH_STEP = Math.log(2) / 16;

    private final Measurements measurements;

    GateKeeper(Measurements measurements) {
        this.measurements = measurements;
    }

    /** One device before and after. */
    private record Pair(Baseline before, Usage after) {}

    /** Mean of log ratios with the standard error of that mean. */
    private record Estimate(double mean, double error, int devices) {
        double lower(double confidence) {
            return Math.exp(mean - Confidence.quantile(confidence, devices - 1) * error);
        }
    }

    /** How a device served a manifest so far, as the baseline of what comes next; empty without enough requests. */
    Optional<Baseline> baseline(DeviceId device, ModelName model, Digest manifest, GatePolicy gates) {
        return measurements
                .usage(device, model, manifest)
                .filter(u -> u.requests() >= gates.minRequests())
                .map(GateKeeper::summarise);
    }

    /** True when a rollout asks for any comparison, so that there is something to look at. */
    static boolean compares(GatePolicy gates) {
        return gates.scope() == Scope.VARIANT_AND_CLASS
                || gates.maxSlowdown().isPresent()
                || gates.maxEnergyRatio().isPresent()
                || gates.maxMemoryRatio().isPresent()
                || gates.maxErrorRatio().isPresent()
                || gates.minAgreement().isPresent();
    }

    List<Breach> breaches(Rollout rollout, Collection<Target> targets) {
        var gates = rollout.request().gates();
        if (!compares(gates)) {
            return List.of();
        }
        var breaches = new ArrayList<Breach>();
        if (gates.scope() == Scope.VARIANT_AND_CLASS) {
            breaches.addAll(failures(rollout, targets));
        }
        breaches.addAll(comparisons(rollout, targets));
        breaches.addAll(new LiveAgreement(measurements).breaches(rollout, targets));
        return breaches;
    }

    /** Groups of which more devices failed than a wave may; where one group stops alone, it is also judged alone. */
    private static List<Breach> failures(Rollout rollout, Collection<Target> targets) {
        var counts = new TreeMap<String, int[]>();
        for (Target target : targets) {
            boolean counted = target.wave() >= 0
                    && !target.state().neutral()
                    && rollout.waves().get(target.wave()).startedAt().isPresent()
                    && !rollout.stoppedGroups().contains(Breach.groupOf(target));
            if (counted) {
                int[] n = counts.computeIfAbsent(Breach.groupOf(target), k -> new int[2]);
                n[0]++;
                n[1] += target.state().failed() ? 1 : 0;
            }
        }
        double limit = rollout.request().gates().maxFailureRatio();
        var breaches = new ArrayList<Breach>();
        counts.forEach((group, n) -> {
            if (n[1] - rollout.toleratedFailures() > limit * n[0] + 1e-9) {
                breaches.add(new Breach(
                        group,
                        words("%s: %d of %d devices failed, %.1f %% are allowed", group, n[1], n[0], 100 * limit)));
            }
        });
        return breaches;
    }

    private List<Breach> comparisons(Rollout rollout, Collection<Target> targets) {
        var gates = rollout.request().gates();
        var groups = new TreeMap<String, List<Target>>();
        for (Target target : targets) {
            boolean serves = target.state() == TargetState.WATCHING || target.state() == TargetState.COMMITTED;
            String group = Breach.groupOf(target);
            if (serves && !rollout.stoppedGroups().contains(group)) {
                groups.computeIfAbsent(group, k -> new ArrayList<>()).add(target);
            }
        }
        var breaches = new ArrayList<Breach>();
        groups.forEach((group, members) -> firstBreach(rollout.request().model(), members, gates)
                .ifPresent(words -> breaches.add(new Breach(group, group + ": " + words))));
        return breaches;
    }

    private Optional<String> firstBreach(ModelName model, List<Target> members, GatePolicy gates) {
        return agreement(model, members, gates)
                .or(() -> errors(model, members, gates))
                .or(() -> ratio(
                        "p95",
                        pairs(model, members, gates),
                        gates.maxSlowdown(),
                        gates,
                        surer(gates.confidence()),
                        GateKeeper::latencies))
                .or(() -> ratio(
                        "median latency",
                        pairs(model, members, gates),
                        gates.maxSlowdown(),
                        gates,
                        gates.confidence(),
                        GateKeeper::medians))
                .or(() -> ratio(
                        "energy per inference",
                        pairs(model, members, gates),
                        gates.maxEnergyRatio(),
                        gates,
                        gates.confidence(),
                        GateKeeper::energies))
                .or(() -> ratio(
                        "resident memory",
                        pairs(model, members, gates),
                        gates.maxMemoryRatio(),
                        gates,
                        gates.confidence(),
                        GateKeeper::memory));
    }

    private List<Pair> pairs(ModelName model, List<Target> members, GatePolicy gates) {
        var pairs = new ArrayList<Pair>();
        for (Target target : members) {
            // A device that already had the variant has nothing to compare with.
            if (target.baseline().isEmpty() || target.previous().equals(target.manifest())) {
                continue;
            }
            usage(model, target)
                    .filter(u -> u.requests() >= gates.minRequests())
                    .ifPresent(after -> pairs.add(new Pair(target.baseline().get(), after)));
        }
        return pairs;
    }

    private Optional<Usage> usage(ModelName model, Target target) {
        return target.manifest().flatMap(m -> measurements.usage(target.device(), model, m));
    }

    private Optional<String> agreement(ModelName model, List<Target> members, GatePolicy gates) {
        if (gates.minAgreement().isEmpty()) {
            return Optional.empty();
        }
        double sum = 0;
        int devices = 0;
        for (Target target : members) {
            var agreement = measurements.agreement(
                    target.device(), model, target.manifest().orElseThrow());
            if (agreement.isPresent()) {
                sum += agreement.getAsDouble();
                devices++;
            }
        }
        double limit = gates.minAgreement().getAsDouble();
        return devices >= gates.minDevices() && sum / devices < limit - 1e-9
                ? Optional.of(words(
                        "agreement with the expected answers is %.4f over %d devices, at least %.4f is needed",
                        sum / devices, devices, limit))
                : Optional.empty();
    }

    private Optional<String> errors(ModelName model, List<Target> members, GatePolicy gates) {
        if (gates.maxErrorRatio().isEmpty()) {
            return Optional.empty();
        }
        long errors = 0;
        long requests = 0;
        long errorsBefore = 0;
        long requestsBefore = 0;
        int devices = 0;
        for (Target target : members) {
            var after = usage(model, target).filter(u -> u.requests() > 0);
            if (after.isEmpty()) {
                continue;
            }
            devices++;
            errors += after.get().errors();
            requests += Math.max(after.get().requests(), after.get().errors());
            errorsBefore += target.baseline().map(Baseline::errors).orElse(0L);
            requestsBefore += target.baseline().map(Baseline::requests).orElse(0L);
        }
        if (devices < gates.minDevices() || requests < gates.minRequests()) {
            return Optional.empty();
        }
        double before = requestsBefore == 0 ? 0 : (double) errorsBefore / requestsBefore;
        double lower = Confidence.wilsonLower(errors, requests, gates.confidence());
        double limit = before + gates.maxErrorRatio().getAsDouble();
        return lower > limit
                ? Optional.of(words(
                        "%d of %d requests failed on %d devices (with %.0f %% confidence at least %.2f %%); before it was"
                                + " %.2f %%, and %.2f %% are allowed",
                        errors, requests, devices, 100 * gates.confidence(), 100 * lower, 100 * before, 100 * limit))
                : Optional.empty();
    }

    private static Optional<String> ratio(
            String what,
            List<Pair> pairs,
            OptionalDouble limit,
            GatePolicy gates,
            double confidence,
            java.util.function.Function<List<Pair>, Estimate> estimator) {
        if (limit.isEmpty() || pairs.isEmpty()) {
            return Optional.empty();
        }
        Estimate estimate = estimator.apply(pairs);
        if (estimate.devices() < gates.minDevices() || estimate.devices() == 0) {
            return Optional.empty();
        }
        double lower = estimate.lower(confidence);
        return lower > limit.getAsDouble()
                ? Optional.of(words(
                        "%s is %.2f times what the same %d devices had before (with %.0f %% confidence at least %.2f"
                                + " times); %.2f times are allowed",
                        what,
                        Math.exp(estimate.mean()),
                        estimate.devices(),
                        100 * confidence,
                        lower,
                        limit.getAsDouble()))
                : Optional.empty();
    }

    /**
     * Of a p95, which other work on a device moves by far more than a median, and which is looked at beside the median, again and again: a fifth of the
     * chance to be wrong. What is slower by nature shows in the median.
     */
    private static double surer(double confidence) {
        return 1 - (1 - confidence) / 5;
    }

    private static Estimate latencies(List<Pair> pairs) {
        return estimate(
                pairs.stream()
                        .filter(p ->
                                p.before().p95Ms() > 0 && p.after().latency().count() > 0)
                        .toList(),
                p -> Math.log(summarise(p.after()).p95Ms() / p.before().p95Ms()),
                p -> Math.hypot(spread(p.before()), spread(summarise(p.after()))));
    }

    /** Other work on a device moves its p95 by far more than its median: what is slower by nature shows there. */
    private static Estimate medians(List<Pair> pairs) {
        return estimate(
                pairs.stream()
                        .filter(p ->
                                p.before().p50Ms() > 0 && p.after().latency().count() > 0)
                        .toList(),
                p -> Math.log(summarise(p.after()).p50Ms() / p.before().p50Ms()),
                p -> Math.hypot(medianSpread(p.before()), medianSpread(summarise(p.after()))));
    }

    private static Estimate energies(List<Pair> pairs) {
        return estimate(
                pairs.stream()
                        .filter(p -> p.before().joulesPerInference() > 0
                                && p.after().joulesRequests() > 0
                                && p.after().joules() > 0)
                        .toList(),
                p -> Math.log(p.after().joulesPerInference() / p.before().joulesPerInference()),
                // Windows of one device differ; their spread is what one of its means is worth.
                p -> p.after().joulesSpread());
    }

    /** Of the whole process, which a variant that leaks makes grow. A measurement has no error of its own; devices differ. */
    private static Estimate memory(List<Pair> pairs) {
        return estimate(
                pairs.stream()
                        .filter(p -> p.before().residentBytes() > 0 && p.after().residentBytes() > 0)
                        .toList(),
                p -> Math.log((double) p.after().residentBytes() / p.before().residentBytes()),
                p -> 0);
    }

    private static Estimate estimate(List<Pair> pairs, ToDoubleFunction<Pair> ratio, ToDoubleFunction<Pair> error) {
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
        double ofMean = within / ((double) n * n) + (n > 1 ? between / (n - 1) / n : 0);
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

    private static Baseline summarise(Usage usage) {
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

    private static String words(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
