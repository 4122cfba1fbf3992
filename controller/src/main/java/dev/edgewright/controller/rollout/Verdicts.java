package dev.edgewright.controller.rollout;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The verdicts that hold a rollout, and those that a person accepted by resuming it.
 *
 * <p>Who resumes a halted rollout has read why it halted and means to go on all the same. What was measured until then is therefore the
 * new normal of each gate that spoke, on the devices that it spoke of: a limit of 1.2 times counts from the accepted 1.32 times, a
 * limit of one in a hundred is added to the share that was accepted. A gate that did not speak was not accepted by anyone and keeps its limit.
 *
 * @param given since it last ran; empty unless it is halted or going back
 * @param accepted one for each gate and group
 */
public record Verdicts(List<Breach> given, List<Accepted> accepted) {

    public static final Verdicts NONE = new Verdicts(List.of(), List.of());

    /**
     * One gate, as it stood for one group when somebody resumed.
     *
     * @param group as {@link Breach#group()}
     * @param level as {@link Gate} says
     * @param by who
     */
    public record Accepted(Gate gate, String group, double level, String by, Instant at) {
        String words() {
            return (group.isEmpty() ? "" : group + ": ") + gate.words(level);
        }
    }

    public Verdicts {
        given = List.copyOf(given);
        accepted = List.copyOf(accepted);
    }

    Verdicts giving(List<Breach> breaches) {
        return new Verdicts(breaches, accepted);
    }

    /** The level that was accepted; empty when nobody did. */
    Optional<Double> level(Gate gate, String group) {
        return accepted.stream()
                .filter(a -> a.gate() == gate && a.group().equals(group))
                .map(Accepted::level)
                .findFirst();
    }

    /** The policy's limit of a gate, a factor or an amount, as it counts for a group after what was accepted. */
    double limit(Gate gate, String group, double limit) {
        var level = level(gate, group);
        if (level.isEmpty()) {
            return limit;
        }
        return gate.ratio() ? limit * Math.max(1, level.get()) : limit + level.get();
    }

    /**
     * With each verdict that was given accepted, at the worse of what it said and what is measured now.
     *
     * @param now how gates stand
     */
    Verdicts accept(Collection<Finding> now, String by, Instant at) {
        var next = new ArrayList<>(accepted);
        for (Breach breach : given) {
            if (breach.gate() != Gate.SUCCESS) {
                put(next, new Accepted(breach.gate(), breach.group(), breach.level(), by, at));
            }
            for (Finding finding : now) {
                if (finding.group().equals(breach.group()) && finding.gate().sharesLimitWith(breach.gate())) {
                    put(next, new Accepted(finding.gate(), finding.group(), finding.level(), by, at));
                }
            }
        }
        return new Verdicts(List.of(), next);
    }

    private static void put(List<Accepted> all, Accepted one) {
        for (int i = 0; i < all.size(); i++) {
            var other = all.get(i);
            if (other.gate() == one.gate() && other.group().equals(one.group())) {
                all.set(
                        i,
                        other.level() > one.level()
                                ? new Accepted(one.gate(), one.group(), other.level(), one.by(), one.at())
                                : one);
                return;
            }
        }
        all.add(one);
    }

    /** What was accepted at that moment, in words. */
    List<String> words(Instant at) {
        return accepted.stream()
                .filter(a -> a.at().equals(at))
                .map(Accepted::words)
                .toList();
    }
}
