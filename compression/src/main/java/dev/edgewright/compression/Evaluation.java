package dev.edgewright.compression;

import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.evaluation.Evaluator;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.runtime.LatencyMeter;
import dev.edgewright.compression.runtime.LatencyResult;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A model measured as it is, against itself or another one.
 *
 * @param accuracy quality on the test split; agreement, flips and cosine are against the other model
 * @param other quality of the other model on the same samples; the same as {@code accuracy} when there is no other
 * @param latencies one for each number of threads, relative to the other model in the same rounds
 * @param bytes size of the model, external data included
 * @param otherBytes size of the other model
 */
public record Evaluation(
        AccuracyResult accuracy, AccuracyResult other, List<LatencyResult> latencies, long bytes, long otherBytes) {

    /** Evaluates on the data's test split; see {@link #of(Path, Path, DataSource, Split, CompressionSettings, List)}. */
    public static Evaluation of(
            Path model, Path against, DataSource data, CompressionSettings settings, List<Integer> threads) {
        return of(model, against, data, data.test(), settings, threads);
    }

    /**
     * Measures accuracy, latency and size of a model beside another.
     *
     * @param model an ONNX file
     * @param against the model to compare with; null compares with itself
     * @param split the samples to score, one of the data's splits
     * @param settings batch size, time for measuring
     * @param threads the numbers of threads to measure latency with; none measures no latency
     * @throws CompressionException as {@link Compressor#compress}
     */
    public static Evaluation of(
            Path model,
            Path against,
            DataSource data,
            Split split,
            CompressionSettings settings,
            List<Integer> threads) {
        Path reference = against == null ? model : against;
        List<LatencyResult> latencies = new ArrayList<>();
        LatencyMeter meter = new LatencyMeter(settings.latencyTime(), settings.latencyRuns());
        for (int count : threads) {
            SessionSettings options = SessionSettings.threads(count);
            try (ModelSession first = ModelSession.open(reference, options);
                    ModelSession second = ModelSession.open(model, options)) {
                Batching one = Batching.of(first.inputs(), 1);
                Map<String, Tensor> feeds = one.fit(split.first(one.size())).inputs();
                latencies.add(
                        meter.compare(List.of(first, second), feeds, count).get(1));
            }
        }
        SessionSettings options = SessionSettings.threads(settings.threads());
        try (ModelSession first = ModelSession.open(reference, options);
                ModelSession second = ModelSession.open(model, options)) {
            Evaluator evaluator = new Evaluator(split, data.task(), settings.batchSize());
            Evaluator.Original original = evaluator.original(first);
            AccuracyResult accuracy =
                    against == null ? original.accuracy() : evaluator.evaluate(second, original.reference());
            return new Evaluation(
                    accuracy,
                    original.accuracy(),
                    List.copyOf(latencies),
                    Compressor.inspect(model).bytes(),
                    Compressor.inspect(reference).bytes());
        }
    }
}
