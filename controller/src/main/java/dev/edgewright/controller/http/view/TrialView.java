package dev.edgewright.controller.http.view;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.controller.selection.TrialMeasurements.Measurement;
import dev.edgewright.controller.trial.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Schema {@code Trial}. */
public record TrialView(
        String id,
        String model,
        String version,

        @JsonProperty("class") String deviceClass,

        String objective,
        String state,
        int round,
        List<String> devices,
        List<String> candidates,
        List<String> words,
        long spentMs,
        String createdAt,
        List<ResultView> results) {

    /**
     * @param name of a variant
     * @param results what the class measured of a variant
     */
    public static TrialView of(
            Trial trial, Function<Digest, String> name, Function<Digest, List<Measurement>> results) {
        var measured = new ArrayList<ResultView>();
        for (Digest candidate : trial.candidates()) {
            results.apply(candidate).forEach(m -> measured.add(ResultView.of(name.apply(candidate), m)));
        }
        return new TrialView(
                trial.id(),
                trial.model().value(),
                trial.version(),
                trial.deviceClass(),
                trial.requirement().objective().toString(),
                trial.state().name(),
                trial.round(),
                trial.devices().stream().map(DeviceId::value).toList(),
                trial.candidates().stream().map(name).toList(),
                trial.words(),
                trial.spentMs(),
                Text.time(trial.createdAt()),
                measured);
    }

    /** What one device measured of one candidate. */
    public record ResultView(
            String variant,
            String device,
            Double p50Ms,
            Double p95Ms,
            Double joules,
            Long memoryBytes,
            int runs,
            String out,
            String at) {
        static ResultView of(String variant, Measurement m) {
            return new ResultView(
                    variant,
                    m.device().value(),
                    Text.positive(m.p50Ms()),
                    Text.positive(m.p95Ms()),
                    Text.positive(m.joules()),
                    Text.positive(m.memoryBytes()),
                    m.runs(),
                    m.out().orElse(null),
                    Text.time(m.at()));
        }
    }
}
