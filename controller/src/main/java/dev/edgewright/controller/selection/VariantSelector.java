package dev.edgewright.controller.selection;

import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.fleet.Device;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Chooses one of the variants of a model version for a device. Pure. Filters by what the device cannot run and by what must hold,
 * refuses what is slower there than the original, and takes the fastest of the rest; every candidate gets a verdict and a reason.
 */
final class VariantSelector {

    /** A session needs its weights twice while it loads, and room for the agent beside it. */
    private static final double MEMORY_SHARE = 0.8;

    private static final double SAME_SPEED = 0.02;

    private final Device device;
    private final Requirement requirement;
    private final Measured measured;
    private final Optional<Variant> original;
    private final double correction;

    /** What devices of the same class measured of a variant. */
    @FunctionalInterface
    interface Measured {
        /** Median milliseconds of one run; empty when nobody of the class has run it. */
        OptionalDouble p50Ms(Variant variant);
    }

    private VariantSelector(Device device, Requirement requirement, Measured measured, List<Variant> variants) {
        this.device = device;
        this.requirement = requirement;
        this.measured = measured;
        this.original = variants.stream().filter(Variant::original).findFirst();
        this.correction = correction(variants);
    }

    /** @param variant "auto" or the name of the only one to consider */
    static Selection select(
            Device device, List<Variant> variants, String variant, Requirement requirement, Measured measured) {
        if (!device.introduced()) {
            return new Selection(device.id(), Optional.empty(), "the device has not said what it is yet", List.of());
        }
        if (variants.isEmpty()) {
            return new Selection(device.id(), Optional.empty(), "the model has no variants yet", List.of());
        }
        return new VariantSelector(device, requirement, measured, variants).choose(variants, variant);
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
        fit.sort(order());
        Candidate best = fit.get(0);
        var all = new ArrayList<Candidate>();
        String why = why(best, fit);
        all.add(new Candidate(best.variant(), best.predictedMs(), best.measured(), Verdict.CHOSEN, why));
        fit.stream().skip(1).forEach(loser -> all.add(lost(loser, best)));
        all.addAll(out);
        return new Selection(device.id(), Optional.of(best.variant()), why, all);
    }

    /** Fastest first; of about the same speed the more accurate, then the smaller. Without any speed the original first. */
    private Comparator<Candidate> order() {
        return Comparator.<Candidate>comparingInt(
                        c -> c.predictedMs().isPresent() ? 0 : c.variant().original() ? 1 : 2)
                .thenComparingDouble(c -> step(c.predictedMs().orElse(0)))
                .thenComparing(Comparator.<Candidate>comparingDouble(
                                c -> c.variant().accuracy().getValue())
                        .reversed())
                .thenComparingLong(c -> c.variant().bytes())
                .thenComparing(c -> c.variant().digest());
    }

    /** Speeds within 2 % of each other are one step; finer differences are below what a prediction can tell. */
    private static double step(double ms) {
        return ms <= 0 ? 0 : Math.floor(Math.log(ms) / Math.log1p(SAME_SPEED));
    }

    private Candidate judge(Variant variant, String asked) {
        var measuredMs = measured.p50Ms(variant);
        var ms = measuredMs.isPresent() ? measuredMs : predict(variant);
        boolean fromFleet = measuredMs.isPresent();
        if (!asked.equals("auto") && !asked.equals(variant.name())) {
            return new Candidate(variant, ms, fromFleet, Verdict.NOT_ASKED_FOR, asked + " was asked for");
        }
        var missing = missingIsa(variant);
        if (missing.isPresent()) {
            return new Candidate(
                    variant,
                    ms,
                    fromFleet,
                    Verdict.ISA_MISSING,
                    "needs " + missing.get() + ", the device has "
                            + device.facts().getIsaList());
        }
        double need = Math.max(variant.manifest().getPeakMemoryBytes(), 2.0 * variant.bytes());
        double room = MEMORY_SHARE * device.facts().getRamBytes();
        if (room > 0 && need > room) {
            return new Candidate(
                    variant,
                    ms,
                    fromFleet,
                    Verdict.MEMORY,
                    words(
                            "needs about %.0f MB, %.0f MB of the device's %.0f MB may be used",
                            need / 1e6, room / 1e6, device.facts().getRamBytes() / 1e6));
        }
        if (requirement.maxBytes().isPresent()
                && variant.bytes() > requirement.maxBytes().getAsLong()) {
            return new Candidate(
                    variant,
                    ms,
                    fromFleet,
                    Verdict.SIZE_LIMIT,
                    words(
                            "has %d bytes, %d are allowed",
                            variant.bytes(), requirement.maxBytes().getAsLong()));
        }
        return accuracy(variant)
                .map(why -> new Candidate(variant, ms, fromFleet, Verdict.ACCURACY, why))
                .orElseGet(() -> speed(variant, ms, fromFleet, asked));
    }

    private Candidate speed(Variant variant, OptionalDouble ms, boolean fromFleet, String asked) {
        var limit = requirement.maxP95Ms();
        if (limit.isPresent() && ms.isPresent() && ms.getAsDouble() > limit.getAsDouble()) {
            return new Candidate(
                    variant,
                    ms,
                    fromFleet,
                    Verdict.LATENCY_LIMIT,
                    words(
                            "%.3f ms %s, at most %.3f ms are allowed",
                            ms.getAsDouble(), verb(fromFleet), limit.getAsDouble()));
        }
        boolean auto = asked.equals("auto");
        if (auto && !variant.original() && original.isPresent()) {
            var base = bestKnown(original.get());
            if (ms.isEmpty() || base.isEmpty()) {
                return new Candidate(
                        variant,
                        ms,
                        fromFleet,
                        Verdict.SLOWER_THAN_ORIGINAL,
                        "nothing measured on the device shows that it is faster than the original there");
            }
            if (ms.getAsDouble() >= base.getAsDouble()) {
                return new Candidate(
                        variant,
                        ms,
                        fromFleet,
                        Verdict.SLOWER_THAN_ORIGINAL,
                        words(
                                "%.3f ms %s, the original takes %.3f ms on this device",
                                ms.getAsDouble(), verb(fromFleet), base.getAsDouble()));
            }
        }
        return new Candidate(variant, ms, fromFleet, Verdict.CHOSEN, "");
    }

    private OptionalDouble bestKnown(Variant variant) {
        var known = measured.p50Ms(variant);
        return known.isPresent() ? known : predict(variant);
    }

    /**
     * What measurements on this class divide by what was predicted for them, as a geometric mean over the variants that have
     * both: a prediction for a variant that nobody has run is brought to the same scale before the two are compared.
     */
    private double correction(List<Variant> variants) {
        double sum = 0;
        int both = 0;
        for (Variant variant : variants) {
            var was = measured.p50Ms(variant);
            var predicted = fromProbes(variant);
            if (was.isPresent() && predicted.isPresent() && predicted.getAsDouble() > 0) {
                sum += Math.log(was.getAsDouble() / predicted.getAsDouble());
                both++;
            }
        }
        return both == 0 ? 1 : Math.exp(sum / both);
    }

    private OptionalDouble predict(Variant variant) {
        var ms = fromProbes(variant);
        return ms.isPresent() ? OptionalDouble.of(correction * ms.getAsDouble()) : ms;
    }

    private OptionalDouble fromProbes(Variant variant) {
        int threads = device.facts().getIntraOpThreads() > 0
                ? device.facts().getIntraOpThreads()
                : device.facts().getCores();
        return LatencyPrediction.milliseconds(variant.workload(), device.probes(), threads);
    }

    private Optional<String> missingIsa(Variant variant) {
        var has = device.facts().getIsaList();
        return variant.requiresIsa().stream()
                .filter(any -> java.util.Arrays.stream(any.split("\\|")).noneMatch(has::contains))
                .findFirst()
                .map(any -> any.replace("|", " or "));
    }

    /** Why the accuracy rules it out, if so. */
    private Optional<String> accuracy(Variant variant) {
        if (requirement.floor().isPresent()) {
            double floor = requirement.floor().getAsDouble();
            if (!variant.hasAccuracy()) {
                return Optional.of("its accuracy is unknown, and a floor is set; put data for the model");
            }
            if (variant.accuracy().getValue() < floor) {
                return Optional.of(words(
                        "accuracy %.4f is under the floor of %.4f",
                        variant.accuracy().getValue(), floor));
            }
        }
        if (requirement.maxDrop().isPresent() && !variant.original()) {
            double allowed = requirement.maxDrop().getAsDouble();
            if (!variant.hasAccuracy() || original.isEmpty() || !original.get().hasAccuracy()) {
                return Optional.of("its loss of accuracy is unknown, and a limit is set; put data for the model");
            }
            double drop =
                    original.get().accuracy().getValue() - variant.accuracy().getValue();
            if (drop > allowed + 1e-12) {
                return Optional.of(words("loses %.4f of accuracy, %.4f are allowed", drop, allowed));
            }
        }
        return Optional.empty();
    }

    private String why(Candidate best, List<Candidate> fit) {
        String name = best.variant().name();
        if (best.predictedMs().isEmpty()) {
            return name + ": the device's probes do not say how fast any variant is there, and it is the "
                    + (best.variant().original() ? "original" : "one that is left");
        }
        String speed = words("%.3f ms %s", best.predictedMs().getAsDouble(), verb(best.measured()));
        var base = original.filter(o -> !o.digest().equals(best.variant().digest()))
                .map(this::bestKnown);
        if (base.isPresent() && base.get().isPresent()) {
            return words(
                    "%s: %s, %.2f times as fast as the original (%.3f ms)",
                    name,
                    speed,
                    base.get().getAsDouble() / best.predictedMs().getAsDouble(),
                    base.get().getAsDouble());
        }
        return fit.size() > 1
                ? name + ": " + speed + ", the fastest of " + fit.size() + " that suit"
                : name + ": " + speed + ", the only one that suits";
    }

    private static Candidate lost(Candidate loser, Candidate best) {
        String reason = loser.predictedMs().isPresent() && best.predictedMs().isPresent()
                ? words(
                        "%.3f ms %s, %s takes %.3f ms",
                        loser.predictedMs().getAsDouble(),
                        verb(loser.measured()),
                        best.variant().name(),
                        best.predictedMs().getAsDouble())
                : "nothing says how fast it is here";
        return new Candidate(loser.variant(), loser.predictedMs(), loser.measured(), Verdict.SLOWER, reason);
    }

    private static String verb(boolean measured) {
        return measured ? "measured on devices of this class" : "predicted from the device's probes";
    }

    private static String words(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
