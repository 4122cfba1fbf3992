package dev.edgewright.controller.http.view;

import dev.edgewright.controller.selection.Candidate;
import dev.edgewright.controller.selection.Selection;
import java.util.List;

/** Schema {@code Selection}. */
public record SelectionView(
        String device,

        @com.fasterxml.jackson.annotation.JsonProperty("class")
        String hardwareClass,

        String chosen,
        String manifest,
        String why,
        List<CandidateView> candidates) {

    /** @param hardwareClass of the device, null when not known */
    public static SelectionView of(Selection selection, String hardwareClass) {
        return new SelectionView(
                selection.device().value(),
                hardwareClass,
                selection.chosen().map(v -> v.name()).orElse(null),
                selection.chosen().map(v -> v.digest().hex()).orElse(null),
                selection.why(),
                selection.candidates().stream().map(CandidateView::of).toList());
    }

    /** One variant looked at. */
    public record CandidateView(
            String variant,
            String manifest,
            Double predictedMs,
            boolean measured,
            Double accuracy,
            long sizeBytes,
            String verdict,
            String reason) {
        static CandidateView of(Candidate candidate) {
            var variant = candidate.variant();
            return new CandidateView(
                    variant.name(),
                    variant.digest().hex(),
                    Text.some(candidate.predictedMs()),
                    candidate.measured(),
                    variant.hasAccuracy() ? variant.accuracy().getValue() : null,
                    variant.bytes(),
                    candidate.verdict().name(),
                    candidate.reason());
        }
    }
}
