package dev.edgewright.compression;

import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.search.Constraints;
import dev.edgewright.compression.search.LayerStudy;
import dev.edgewright.compression.search.ParetoFront;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Sorts measured candidates: which of them no other beats, and which one to take. */
final class Selection {

    private static final double NOISE = 1.04;

    private Selection() {}

    static Compressor.Result of(
            ModelInfo model,
            Candidate original,
            List<Candidate> candidates,
            Constraints constraints,
            Optional<LayerStudy> layers,
            List<String> failures) {
        List<Candidate> all = new ArrayList<>();
        all.add(original);
        all.addAll(candidates);
        List<Candidate> front = ParetoFront.of(
                all,
                List.of(
                        candidate -> -candidate
                                .accuracy()
                                .map(AccuracyResult::goodness)
                                .orElse(0.0),
                        candidate -> candidate.latency().relative(),
                        Candidate::bytes));
        List<Candidate> usable = candidates.stream()
                .filter(Candidate::fasterThanOriginal)
                .filter(candidate -> keeps(candidate, original, constraints))
                .toList();
        double fastest = usable.stream()
                .mapToDouble(candidate -> candidate.latency().relative())
                .min()
                .orElse(1);
        // Times within the noise of measuring are equal; then the better answers count.
        Optional<String> recommended = usable.stream()
                .filter(candidate -> candidate.latency().relative() <= fastest * NOISE)
                .max(Comparator.<Candidate>comparingDouble(candidate -> candidate
                                .accuracy()
                                .map(AccuracyResult::goodness)
                                .orElse(0.0))
                        .thenComparingDouble(candidate ->
                                candidate.accuracy().map(AccuracyResult::cosine).orElse(0.0)))
                .map(Candidate::name);
        return new Compressor.Result(
                model,
                original,
                candidates,
                front.stream().map(Candidate::name).toList(),
                recommended,
                layers,
                List.of(),
                failures);
    }

    static boolean keeps(Candidate candidate, Candidate original, Constraints constraints) {
        double lost = candidate.accuracy().isPresent() && original.accuracy().isPresent()
                ? candidate.accuracy().get().lossAgainst(original.accuracy().get())
                : 0;
        boolean exact = candidate.requiresIsa().isEmpty()
                || !constraints.target().filter("avx2"::equals).isPresent();
        return lost <= constraints.maxDrop() && candidate.bytes() <= constraints.maxBytes() && exact;
    }
}
