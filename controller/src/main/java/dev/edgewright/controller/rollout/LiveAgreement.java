package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.ModelName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Compares live answers of the first wave with those of the variant that the same devices served before, and that runs beside the new
 * one there. What a few dozen golden cases cannot show, thousands of requests do. Pure but for the measurements that it asks for.
 *
 * <p>A breach needs {@value #LEAST} compared answers and a lower confidence bound (Wilson) of the share that differ beyond what is allowed: {@code
 * 1 - minAgreement}, and on top of it what both variants are known to differ from their originals. An int8 form with its usual flips of a few in a
 * thousand is so not held against itself. Answers are pooled over hardware classes, for a variant is wrong on all alike, unless classes are
 * stopped alone.
 */
final class LiveAgreement {

    /** Looked at again and again, a bound over fewer answers is passed by chance too often. */
    static final long LEAST = 200;

    private final GateKeeper.Measurements measurements;

    LiveAgreement(GateKeeper.Measurements measurements) {
        this.measurements = measurements;
    }

    /** Over the devices of one group. */
    private static final class Sum {
        private int devices;
        private long compared;
        private long agreed;
        private double known = 1;
    }

    /** How it stands for each group of which enough was compared. */
    List<Finding> findings(Rollout rollout, Collection<Target> targets) {
        var gates = rollout.request().gates();
        if (gates.minAgreement().isEmpty() || gates.liveSample() == 0) {
            return List.of();
        }
        boolean alone = gates.scope() == GatePolicy.Scope.VARIANT_AND_CLASS;
        var sums = new TreeMap<String, Sum>();
        for (Target target : targets) {
            boolean serves = target.state() == TargetState.WATCHING || target.state() == TargetState.COMMITTED;
            boolean stopped = rollout.stoppedGroups().contains(Breach.groupOf(target));
            if (target.wave() == 0 && serves && !stopped) {
                String group = alone ? Breach.groupOf(target) : target.variant();
                add(
                        sums.computeIfAbsent(group, k -> new Sum()),
                        rollout.request().model(),
                        target);
            }
        }
        var findings = new ArrayList<Finding>();
        sums.forEach((group, sum) -> finding(group, sum, rollout).ifPresent(findings::add));
        return findings;
    }

    private void add(Sum sum, ModelName model, Target target) {
        var serving = target.manifest().orElseThrow();
        var before = target.previous().filter(b -> !b.equals(serving));
        var usage = before.flatMap(b -> measurements.beside(target.device(), model, b, serving));
        if (usage.isEmpty() || usage.get().compared() == 0) {
            return;
        }
        sum.devices++;
        sum.compared += usage.get().compared();
        sum.agreed += usage.get().agreed();
        sum.known = Math.min(sum.known, measurements.known(serving) * measurements.known(before.get()));
    }

    private static Optional<Finding> finding(String group, Sum sum, Rollout rollout) {
        var gates = rollout.request().gates();
        if (sum.compared < Math.max(LEAST, gates.minRequests()) || sum.devices < gates.minDevices()) {
            return Optional.empty();
        }
        long differ = sum.compared - sum.agreed;
        double share = (double) differ / sum.compared;
        double allowed = rollout.verdicts()
                .limit(Gate.LIVE_AGREEMENT, group, 1 - gates.minAgreement().getAsDouble() * sum.known);
        double lower = Confidence.wilsonLower(differ, sum.compared, gates.confidence());
        return Optional.of(new Finding(
                Gate.LIVE_AGREEMENT,
                group,
                share,
                lower > allowed,
                () -> Words.of(
                        "%d of %d live answers on %d devices differ from those of the variant before (%.2f %%; with %.0f %%"
                                + " confidence at least %.2f %%), and %.2f %% may",
                        differ,
                        sum.compared,
                        sum.devices,
                        100 * share,
                        100 * gates.confidence(),
                        100 * lower,
                        100 * allowed)));
    }
}
