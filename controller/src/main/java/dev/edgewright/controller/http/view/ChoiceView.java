package dev.edgewright.controller.http.view;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.edgewright.controller.selection.CatalogSelection;
import dev.edgewright.controller.selection.DecisionStore;
import dev.edgewright.controller.selection.Selection;
import java.util.List;
import java.util.Optional;

/** Why something was chosen: the candidates with what they would cost. */
public final class ChoiceView {
    private ChoiceView() {}

    /** Schema {@code Figure}: a value with its 95 % interval. */
    public record FigureView(double value, double low, double high, String source) {
        static FigureView of(DecisionStore.Value value) {
            return new FigureView(value.value(), value.low(), value.high(), value.source());
        }
    }

    /** Schema {@code CandidateLine}. */
    public record LineView(
            String variant,
            String manifest,
            FigureView predictedMs,
            FigureView measuredMs,
            FigureView p95Ms,
            FigureView joules,
            FigureView memoryBytes,
            Double accuracy,
            long sizeBytes,
            String verdict,
            String reason) {
        static LineView of(DecisionStore.Line line) {
            return new LineView(
                    line.variant(),
                    line.manifest(),
                    figure(line.predictedMs()),
                    figure(line.measuredMs()),
                    figure(line.p95Ms()),
                    figure(line.joules()),
                    figure(line.memoryBytes()),
                    line.accuracy().orElse(null),
                    line.bytes(),
                    line.verdict(),
                    line.reason());
        }
    }

    private static FigureView figure(Optional<DecisionStore.Value> value) {
        return value.map(FigureView::of).orElse(null);
    }

    static List<LineView> lines(Selection selection) {
        return selection.candidates().stream()
                .map(CatalogSelection::line)
                .map(LineView::of)
                .toList();
    }

    /** Schema {@code Decision}. */
    public record DecisionView(
            String rollout,
            String who,
            String model,
            String version,

            @JsonProperty("class") String deviceClass,

            String objective,
            String chosen,
            String why,
            String at,
            List<LineView> candidates) {
        public static DecisionView of(DecisionStore.Decision decision) {
            return new DecisionView(
                    decision.rollout(),
                    decision.who(),
                    decision.model(),
                    decision.version(),
                    decision.deviceClass(),
                    decision.objective(),
                    decision.chosen().orElse(null),
                    decision.why(),
                    Text.time(decision.at()),
                    decision.candidates().stream().map(LineView::of).toList());
        }
    }

    /** Schema {@code Prediction}: how good predictions are where something was measured. */
    public record PredictionView(
            @JsonProperty("class") String deviceClass,
            String model,
            String version,
            String variant,
            FigureView predictedMs,
            FigureView measuredMs,
            double ratio) {

        /** @return null where the variant was not both predicted and measured on the class */
        public static PredictionView of(String deviceClass, String model, String version, DecisionStore.Line line) {
            if (line.predictedMs().isEmpty() || line.measuredMs().isEmpty()) {
                return null;
            }
            return new PredictionView(
                    deviceClass,
                    model,
                    version,
                    line.variant(),
                    FigureView.of(line.predictedMs().get()),
                    FigureView.of(line.measuredMs().get()),
                    line.measuredMs().get().value() / line.predictedMs().get().value());
        }
    }
}
