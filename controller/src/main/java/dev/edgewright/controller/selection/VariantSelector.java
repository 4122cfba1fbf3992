package dev.edgewright.controller.selection;

import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.fleet.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Chooses one of the variants of a model version for a device. Pure. Filters by what the device cannot run and by what must hold,
 * refuses what is slower there than the original, and takes the best of the rest; every candidate gets a verdict and a reason.
 */
final class VariantSelector {

    private final Device device;
    private final Requirement requirement;
    private final Optional<Variant> original;
    private final ClassKnowledge known;
    private final Outlooks outlooks;
    private final Filters filters;
    private final Ranking ranking;

    private VariantSelector(Device device, Requirement requirement, ClassKnowledge known, List<Variant> variants) {
        this.device = device;
        this.requirement = requirement;
        this.known = known;
        this.original = variants.stream().filter(Variant::original).findFirst();
        this.outlooks = new Outlooks(device, known, variants);
        this.filters = new Filters(device.facts(), requirement, original);
        this.ranking = new Ranking(requirement.objective());
    }

    /** @param variant "auto" or the name of the only one to consider */
    static Selection select(
            Device device, List<Variant> variants, String variant, Requirement requirement, ClassKnowledge known) {
        if (!device.introduced()) {
            return new Selection(device.id(), Optional.empty(), "the device has not said what it is yet", List.of());
        }
        if (variants.isEmpty()) {
            return new Selection(device.id(), Optional.empty(), "the model has no variants yet", List.of());
        }
        return new VariantSelector(device, requirement, known, variants).choose(variants, variant);
    }

    private Selection choose(List<Variant> variants, String asked) {
        var out = new ArrayList<Candidate>();
        var fit = new ArrayList<Candidate>();
        for (Variant variant : variants) {
            var candidate = judge(variant, asked);
            (candidate.verdict() == Verdict.CHOSEN ? fit : out).add(candidate);
        }
        if (fit.isEmpty()) {
            String why = "no variant suits " + device.id() + ": "
                    + String.join(
                            "; ",
                            out.stream()
                                    .map(c -> c.variant().name() + ": " + c.reason())
                                    .toList());
            return new Selection(device.id(), Optional.empty(), why, out);
        }
        fit.sort(ranking.order());
        Candidate best = fit.get(0);
        var all = new ArrayList<Candidate>();
        String why = why(best, fit.size());
        all.add(best.with(Verdict.CHOSEN, why));
        fit.stream().skip(1).forEach(loser -> all.add(ranking.lost(loser, best)));
        all.addAll(out);
        return new Selection(device.id(), Optional.of(best.variant()), why, all);
    }

    private Candidate judge(Variant variant, String asked) {
        var outlook = outlooks.of(variant);
        var candidate = new Candidate(variant, outlook, Verdict.CHOSEN, "");
        if (!asked.equals("auto") && !asked.equals(variant.name())) {
            return candidate.with(Verdict.NOT_ASKED_FOR, asked + " was asked for");
        }
        var broken = filters.cannotRun(candidate)
                .or(() -> known.of(variant)
                        .flatMap(Measured::out)
                        .map(words -> candidate.with(Verdict.OUT_IN_TRIAL, "in a trial on this class: " + words)))
                .or(() -> filters.breaksLimit(candidate));
        return broken.or(() -> asked.equals("auto") ? slowerThanOriginal(candidate) : Optional.empty())
                .orElse(candidate);
    }

    /** A form that is no faster there than the original is never offered, but where the smallest is asked for. */
    private Optional<Candidate> slowerThanOriginal(Candidate candidate) {
        if (candidate.variant().original()
                || original.isEmpty()
                || requirement.objective() == Objective.SIZE
                || requirement.objective() == Objective.ENERGY && cheaperThanOriginal(candidate)) {
            return Optional.empty();
        }
        var ms = candidate.outlook().ms();
        var base = outlooks.of(original.get()).ms();
        if (ms.isEmpty() || base.isEmpty()) {
            return Optional.of(candidate.with(
                    Verdict.SLOWER_THAN_ORIGINAL,
                    "nothing measured on the device shows that it is faster than the original there"));
        }
        if (ms.get().value() >= base.get().value()) {
            return Optional.of(candidate.with(
                    Verdict.SLOWER_THAN_ORIGINAL,
                    words(
                            "%.3f ms %s, the original takes %.3f ms on this device",
                            ms.get().value(), Ranking.verb(ms.get()), base.get().value())));
        }
        return Optional.empty();
    }

    private boolean cheaperThanOriginal(Candidate candidate) {
        var mine = candidate.outlook().joules();
        var base = outlooks.of(original.orElseThrow()).joules();
        return mine.isPresent()
                && base.isPresent()
                && mine.get().value() < base.get().value();
    }

    private String why(Candidate best, int suiting) {
        var ms = best.outlook().ms();
        if (ms.isEmpty()) {
            return "the device's probes do not say how fast any variant is there, and it is the "
                    + (best.variant().original() ? "original" : "one that is left");
        }
        String speed = words("%.3f ms %s", ms.get().value(), Ranking.verb(ms.get()));
        String first = requirement.objective() == Objective.LATENCY
                ? ""
                : ranking.figure(best) + ", " + requirement.objective() + "; ";
        var base = original.filter(o -> !o.digest().equals(best.variant().digest()))
                .flatMap(o -> outlooks.of(o).ms());
        if (base.isPresent()) {
            return words(
                    "%s%s, %.2f times as fast as the original (%.3f ms)",
                    first,
                    speed,
                    base.get().value() / ms.get().value(),
                    base.get().value());
        }
        String superlative = requirement.objective() == Objective.LATENCY ? "fastest" : "best";
        return suiting > 1
                ? first + speed + ", the " + superlative + " of " + suiting + " that suit"
                : first + speed + ", the only one that suits";
    }

    static String words(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
