package dev.edgewright.training.child;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.runtime.LatencyMeter;
import dev.edgewright.compression.runtime.LatencyResult;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.trainer.Evaluation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Scores a finished graph as a device would run it: in ONNX Runtime, one thread. */
final class Judge {

    private static final int BATCH = 250;

    private final Graph graph;
    private final String input;
    private final String output;

    Judge(Graph graph, String output) {
        this.graph = graph;
        this.input = graph.feeds().get(0).name();
        this.output = output;
    }

    Evaluation score(Samples samples) {
        int correct = 0;
        double loss = 0;
        try (ModelSession session = ModelSession.open(graph, SessionSettings.single())) {
            for (int from = 0; from < samples.size(); from += BATCH) {
                int size = Math.min(BATCH, samples.size() - from);
                float[] scores = session.run(Map.of(input, batch(samples, from, size)))
                        .get(output)
                        .toFloats();
                int classes = scores.length / size;
                for (int i = 0; i < size; i++) {
                    int best = 0;
                    double sum = 0;
                    for (int c = 0; c < classes; c++) {
                        best = scores[i * classes + c] > scores[i * classes + best] ? c : best;
                    }
                    for (int c = 0; c < classes; c++) {
                        sum += Math.exp(scores[i * classes + c] - scores[i * classes + best]);
                    }
                    int label = samples.label(from + i);
                    correct += best == label ? 1 : 0;
                    loss -= scores[i * classes + label] - scores[i * classes + best] - Math.log(sum);
                }
            }
        }
        return new Evaluation(samples.size(), correct, loss / Math.max(1, samples.size()));
    }

    private Tensor batch(Samples samples, int from, int size) {
        float[] values = new float[size * samples.elements()];
        for (int i = 0; i < size; i++) {
            samples.read(from + i, values, i * samples.elements());
        }
        long[] sample = samples.shape();
        long[] shape = new long[sample.length + 1];
        shape[0] = size;
        System.arraycopy(sample, 0, shape, 1, sample.length);
        return Tensor.ofFloats(input, values, shape);
    }

    /** Latency of one sample beside the teacher's, interleaved. */
    Map<String, Object> against(Graph teacher, Samples samples) {
        try (ModelSession first = ModelSession.open(teacher, SessionSettings.single());
                ModelSession second = ModelSession.open(graph, SessionSettings.single())) {
            List<LatencyResult> results = new LatencyMeter(Duration.ofSeconds(4), 2000)
                    .compare(List.of(first, second), Map.of(input, batch(samples, 0, 1)), 1);
            Map<String, Object> record = new LinkedHashMap<>();
            record.put("teacherP50Millis", results.get(0).p50Millis());
            record.put("p50Millis", results.get(1).p50Millis());
            record.put("speedup", results.get(0).p50Millis() / results.get(1).p50Millis());
            return record;
        }
    }
}
