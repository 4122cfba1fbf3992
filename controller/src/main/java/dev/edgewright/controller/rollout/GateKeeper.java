package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.rollout.GatePolicy.Scope;
import dev.edgewright.controller.telemetry.ShadowUsage;
import dev.edgewright.controller.telemetry.Usage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Compares what devices measure after the switch with what the same devices measured before, by variant and hardware class. Pure
 * but for the measurements that it asks for.
 *
 * <p>Only a confidence bound beyond the limit breaks a gate, so that noise does not; the limit is the policy's, or counts from what a person
 * accepted by resuming ({@link Verdicts}).
 */
final class GateKeeper {

    /** What devices measured. */
    interface Measurements {
        Optional<Usage> usage(DeviceId device, ModelName model, Digest manifest);

        /** What counts for or against a variant: its usage since {@link #beginAnew}. */
        default Optional<Usage> evidence(DeviceId device, ModelName model, Digest manifest) {
            return usage(device, model, manifest);
        }

        /** Agreement with the expected answers, 0..1, that the device measured while probing. */
        OptionalDouble agreement(DeviceId device, ModelName model, Digest manifest);

        /** How the answers of the variant before, which ran beside, agreed with those of the one that serves. */
        default Optional<ShadowUsage> beside(DeviceId device, ModelName model, Digest before, Digest serving) {
            return Optional.empty();
        }

        /** What the device sent about these so far counts no more: evidence begins anew. */
        default void beginAnew(DeviceId device, ModelName model, Digest manifest) {}

        /** Agreement of a variant with its own original, 0..1, as it was measured when it was made; 1 where nothing is known. */
        default double known(Digest manifest) {
            return 1;
        }
    }

    private final Measurements measurements;

    GateKeeper(Measurements measurements) {
        this.measurements = measurements;
    }

    /** How a device served a manifest so far, as the baseline of what comes next; empty without enough requests. */
    Optional<Baseline> baseline(DeviceId device, ModelName model, Digest manifest, GatePolicy gates) {
        return measurements
                .usage(device, model, manifest)
                .filter(u -> u.requests() >= gates.minRequests())
                .map(BeforeAndAfter::summarise);
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
        return findings(rollout, targets).stream()
                .filter(Finding::broken)
                .map(Finding::breach)
                .toList();
    }

    /** How each gate stands for each group of devices of which enough is known, in the order in which gates speak. */
    List<Finding> findings(Rollout rollout, Collection<Target> targets) {
        var gates = rollout.request().gates();
        if (!compares(gates)) {
            return List.of();
        }
        var findings = new ArrayList<Finding>();
        if (gates.scope() == Scope.VARIANT_AND_CLASS) {
            failures(rollout, targets, findings);
        }
        comparisons(rollout, targets, findings);
        findings.addAll(new LiveAgreement(measurements).findings(rollout, targets));
        return findings;
    }

    /** What devices sent about a variant of these groups so far counts no more. */
    void beginAnew(Rollout rollout, Collection<Target> targets, Collection<Breach> given) {
        for (Target target : targets) {
            if (target.manifest().isPresent() && given.stream().anyMatch(b -> b.covers(target))) {
                measurements.beginAnew(
                        target.device(),
                        rollout.request().model(),
                        target.manifest().get());
            }
        }
    }

    /** Groups of which more devices failed than a wave may; where one group stops alone, it is also judged alone. */
    private static void failures(Rollout rollout, Collection<Target> targets, List<Finding> findings) {
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
        counts.forEach((group, n) -> {
            double accepted = rollout.verdicts().level(Gate.FAILURES, group).orElse(0.0);
            findings.add(new Finding(
                    Gate.FAILURES,
                    group,
                    n[1],
                    n[1] - accepted > limit * n[0] + 1e-9,
                    () -> Words.of("%d of %d devices failed, %.1f %% are allowed", n[1], n[0], 100 * limit)));
        });
    }

    private void comparisons(Rollout rollout, Collection<Target> targets, List<Finding> findings) {
        var groups = new TreeMap<String, List<Target>>();
        for (Target target : targets) {
            boolean serves = target.state() == TargetState.WATCHING || target.state() == TargetState.COMMITTED;
            String group = Breach.groupOf(target);
            if (serves && !rollout.stoppedGroups().contains(group)) {
                groups.computeIfAbsent(group, k -> new ArrayList<>()).add(target);
            }
        }
        groups.forEach((group, members) -> {
            agreement(rollout, group, members).ifPresent(findings::add);
            errors(rollout, group, members).ifPresent(findings::add);
            ratios(rollout, group, members, findings);
        });
    }

    private void ratios(Rollout rollout, String group, List<Target> members, List<Finding> findings) {
        var gates = rollout.request().gates();
        var limits = new EnumMap<Gate, Double>(Gate.class);
        gates.maxSlowdown().ifPresent(limit -> {
            limits.put(Gate.P95, limit);
            limits.put(Gate.MEDIAN, limit);
        });
        gates.maxEnergyRatio().ifPresent(limit -> limits.put(Gate.ENERGY, limit));
        gates.maxMemoryRatio().ifPresent(limit -> limits.put(Gate.MEMORY, limit));
        if (limits.isEmpty()) {
            return;
        }
        var compared = new BeforeAndAfter(sides(rollout.request().model(), members, gates));
        limits.forEach(
                (gate, limit) -> ratio(gate, group, compared, limit, rollout).ifPresent(findings::add));
    }

    private List<BeforeAndAfter.Sides> sides(ModelName model, List<Target> members, GatePolicy gates) {
        var sides = new ArrayList<BeforeAndAfter.Sides>();
        for (Target target : members) {
            // A device that already had the variant has nothing to compare with.
            if (target.baseline().isEmpty() || target.previous().equals(target.manifest())) {
                continue;
            }
            evidence(model, target)
                    .filter(u -> u.requests() >= gates.minRequests())
                    .ifPresent(after ->
                            sides.add(new BeforeAndAfter.Sides(target.baseline().get(), after)));
        }
        return sides;
    }

    private Optional<Usage> evidence(ModelName model, Target target) {
        return target.manifest().flatMap(m -> measurements.evidence(target.device(), model, m));
    }

    private Optional<Finding> agreement(Rollout rollout, String group, List<Target> members) {
        var gates = rollout.request().gates();
        if (gates.minAgreement().isEmpty()) {
            return Optional.empty();
        }
        double sum = 0;
        int devices = 0;
        for (Target target : members) {
            var agreement = measurements.agreement(
                    target.device(),
                    rollout.request().model(),
                    target.manifest().orElseThrow());
            if (agreement.isPresent()) {
                sum += agreement.getAsDouble();
                devices++;
            }
        }
        if (devices < gates.minDevices() || devices == 0) {
            return Optional.empty();
        }
        double mean = sum / devices;
        int n = devices;
        double missed = rollout.verdicts()
                .limit(Gate.AGREEMENT, group, 1 - gates.minAgreement().getAsDouble());
        return Optional.of(new Finding(
                Gate.AGREEMENT,
                group,
                1 - mean,
                1 - mean > missed + 1e-9,
                () -> Words.of(
                        "agreement with the expected answers is %.4f over %d devices, at least %.4f is needed",
                        mean, n, 1 - missed)));
    }

    private Optional<Finding> errors(Rollout rollout, String group, List<Target> members) {
        var gates = rollout.request().gates();
        if (gates.maxErrorRatio().isEmpty()) {
            return Optional.empty();
        }
        long errors = 0;
        long requests = 0;
        long errorsBefore = 0;
        long requestsBefore = 0;
        int devices = 0;
        for (Target target : members) {
            var after = evidence(rollout.request().model(), target).filter(u -> u.requests() > 0);
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
        double accepted = rollout.verdicts().level(Gate.ERRORS, group).orElse(0.0);
        double limit = Math.max(before, accepted) + gates.maxErrorRatio().getAsDouble();
        String words =
                "%d of %d requests failed on %d devices (with %.0f %% confidence at least %.2f %%); before it was"
                        + " %.2f %%, and %.2f %% are allowed";
        long failed = errors;
        long all = requests;
        int n = devices;
        return Optional.of(new Finding(
                Gate.ERRORS,
                group,
                (double) errors / requests,
                lower > limit,
                () -> Words.of(
                        words, failed, all, n, 100 * gates.confidence(), 100 * lower, 100 * before, 100 * limit)));
    }

    private static Optional<Finding> ratio(
            Gate gate, String group, BeforeAndAfter compared, double policy, Rollout rollout) {
        var gates = rollout.request().gates();
        double confidence = gate == Gate.P95 ? surer(gates.confidence()) : gates.confidence();
        var estimate = compared.of(gate);
        if (estimate.devices() < gates.minDevices() || estimate.devices() == 0) {
            return Optional.empty();
        }
        double limit = rollout.verdicts().limit(gate, group, policy);
        double lower = estimate.lower(confidence);
        String words = "%s is %.2f times what the same %d devices had before (with %.0f %% confidence at least %.2f"
                + " times); %.2f times are allowed";
        return Optional.of(new Finding(
                gate,
                group,
                estimate.ratio(),
                lower > limit,
                () -> Words.of(
                        words, gate.compared(), estimate.ratio(), estimate.devices(), 100 * confidence, lower, limit)));
    }

    /**
     * Of a p95, which other work on a device moves by far more than a median, and which is looked at beside the median, again and again: a fifth of the
     * chance to be wrong. What is slower by nature shows in the median.
     */
    private static double surer(double confidence) {
        return 1 - (1 - confidence) / 5;
    }
}
