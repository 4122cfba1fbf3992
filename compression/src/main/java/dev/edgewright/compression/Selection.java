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
                        candidate ->
                                -candidate.accuracy().map(AccuracyResult::value).orElse(0.0),
                        candidate -> candidate.latency().relative(),
                        Candidate::bytes));
        Optional<String> recommended = candidates.stream()
                .filter(Candidate::fasterThanOriginal)
                .filter(candidate -> keeps(candidate, original, constraints))
                .min(Comparator.comparingDouble(candidate -> candidate.latency().relative()))
                .map(Candidate::name);
        return new Compressor.Result(
                model,
                original,
                candidates,
                front.stream().map(Candidate::name).toList(),
                recommended,
                layers,
                failures);
    }

    static boolean keeps(Candidate candidate, Candidate original, Constraints constraints) {
        double before = original.accuracy().map(AccuracyResult::value).orElse(0.0);
        double after = candidate.accuracy().map(AccuracyResult::value).orElse(0.0);
        boolean exact = candidate.requiresIsa().isEmpty()
                || !constraints.target().filter("avx2"::equals).isPresent();
        return before - after <= constraints.maxDrop() && candidate.bytes() <= constraints.maxBytes() && exact;
    }
}
