package dev.edgewright.controller.selection;

import static dev.edgewright.controller.selection.VariantSelector.words;

import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.controller.catalog.Variant;
import java.util.Arrays;
import java.util.Optional;

/** What rules a candidate out, each with its sentence. */
final class Filters {

    /** A session needs its weights twice while it loads, and room for the agent beside it. */
    private static final double MEMORY_SHARE = 0.8;

    private final DeviceFacts facts;
    private final Requirement requirement;
    private final Optional<Variant> original;

    Filters(DeviceFacts facts, Requirement requirement, Optional<Variant> original) {
        this.facts = facts;
        this.requirement = requirement;
        this.original = original;
    }

    /** Instruction sets and memory of the device. */
    Optional<Candidate> cannotRun(Candidate candidate) {
        var missing = missingIsa(candidate.variant());
        if (missing.isPresent()) {
            return Optional.of(candidate.with(
                    Verdict.ISA_MISSING, "needs " + missing.get() + ", the device has " + facts.getIsaList()));
        }
        double need = Math.max(
                candidate.variant().manifest().getPeakMemoryBytes(),
                2.0 * candidate.variant().bytes());
        double room = MEMORY_SHARE * facts.getRamBytes();
        if (room > 0 && need > room) {
            return Optional.of(candidate.with(
                    Verdict.MEMORY,
                    words(
                            "needs about %.0f MB, %.0f MB of the device's %.0f MB may be used",
                            need / 1e6, room / 1e6, facts.getRamBytes() / 1e6)));
        }
        return Optional.empty();
    }

    /** What the requirement sets. */
    Optional<Candidate> breaksLimit(Candidate candidate) {
        return size(candidate)
                .or(() -> accuracy(candidate.variant()).map(why -> candidate.with(Verdict.ACCURACY, why)))
                .or(() -> memory(candidate))
                .or(() -> latency(candidate))
                .or(() -> energy(candidate));
    }

    private Optional<Candidate> size(Candidate candidate) {
        var most = requirement.maxBytes();
        long bytes = candidate.variant().bytes();
        return most.isPresent() && bytes > most.getAsLong()
                ? Optional.of(candidate.with(
                        Verdict.SIZE_LIMIT, words("has %d bytes, %d are allowed", bytes, most.getAsLong())))
                : Optional.empty();
    }

    private Optional<Candidate> memory(Candidate candidate) {
        var most = requirement.maxMemoryBytes();
        var takes = candidate.outlook().memoryBytes();
        return most.isPresent() && takes.isPresent() && takes.get().value() > most.getAsLong()
                ? Optional.of(candidate.with(
                        Verdict.MEMORY,
                        words(
                                "takes %.1f MB%s, %.1f MB are allowed",
                                takes.get().value() / 1e6,
                                takes.get().measured() ? " as measured" : "",
                                most.getAsLong() / 1e6)))
                : Optional.empty();
    }

    private Optional<Candidate> latency(Candidate candidate) {
        var most = requirement.maxP95Ms();
        var p95 = candidate.outlook().p95Ms();
        return most.isPresent() && p95.isPresent() && p95.get().value() > most.getAsDouble()
                ? Optional.of(candidate.with(
                        Verdict.LATENCY_LIMIT,
                        words(
                                "p95 of %.3f ms %s, at most %.3f ms are allowed",
                                p95.get().value(), Ranking.verb(p95.get()), most.getAsDouble())))
                : Optional.empty();
    }

    /** Where no energy is known of the class, the limit is left to the trial and to the device itself. */
    private Optional<Candidate> energy(Candidate candidate) {
        var most = requirement.maxJoules();
        var joules = candidate.outlook().joules();
        return most.isPresent() && joules.isPresent() && joules.get().value() > most.getAsDouble()
                ? Optional.of(candidate.with(
                        Verdict.ENERGY_LIMIT,
                        words(
                                "%.4g joules a run %s, at most %.4g are allowed",
                                joules.get().value(), Ranking.verb(joules.get()), most.getAsDouble())))
                : Optional.empty();
    }

    private Optional<String> missingIsa(Variant variant) {
        var has = facts.getIsaList();
        return variant.requiresIsa().stream()
                .filter(any -> Arrays.stream(any.split("\\|")).noneMatch(has::contains))
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
}
