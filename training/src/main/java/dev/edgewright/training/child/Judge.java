package dev.edgewright.training.child;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.runtime.LatencyMeter;
import dev.edgewright.compression.runtime.LatencyResult;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import dev.edgewright.training.data.Feature;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.trainer.Evaluation;
import dev.edgewright.training.trainer.Feeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Scores a finished graph as a device would run it: in ONNX Runtime, one thread. */
final class Judge {

    private static final int BATCH = 250;

    private final Graph graph;
    private final String output;

    Judge(Graph graph, String output) {
        this.graph = graph;
        this.output = output;
    }

    /**
     * The score of labelled samples, or of samples with targets.
     *
     * @return for classes the share of right answers; for targets the mean squared error, as a loss
     */
    Evaluation score(Samples samples) {
        int correct = 0;
        double loss = 0;
        try (ModelSession session = ModelSession.open(graph, SessionSettings.single())) {
            for (int from = 0; from < samples.size(); from += BATCH) {
                int size = Math.min(BATCH, samples.size() - from);
                float[] scores = session.run(batch(graph, samples, from, size))
                        .get(output)
                        .toFloats();
                int width = scores.length / size;
                for (int i = 0; i < size; i++) {
                    if (samples.labelled()) {
                        int best = largest(scores, i * width, width);
                        correct += best == samples.label(from + i) ? 1 : 0;
                        loss += crossEntropy(scores, i * width, width, best, samples.label(from + i));
                    } else {
                        loss += squaredError(scores, i * width, width, samples, from + i);
                    }
                }
            }
        }
        int classified = samples.labelled() ? samples.size() : 0;
        return new Evaluation(classified, correct, loss / Math.max(1, samples.size()));
    }

    private static int largest(float[] scores, int from, int width) {
        int best = 0;
        for (int c = 0; c < width; c++) {
            best = scores[from + c] > scores[from + best] ? c : best;
        }
        return best;
    }

    private static double crossEntropy(float[] scores, int from, int width, int best, int label) {
        double sum = 0;
        for (int c = 0; c < width; c++) {
            sum += Math.exp(scores[from + c] - scores[from + best]);
        }
        return Math.log(sum) - (scores[from + label] - scores[from + best]);
    }

    private static double squaredError(float[] scores, int from, int width, Samples samples, int index) {
        float[] wanted = new float[samples.targetWidth()];
        samples.target(index, wanted, 0);
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += (scores[from + i] - wanted[i]) * (scores[from + i] - wanted[i]);
        }
        return sum / width;
    }

    /** Mean cosine between this graph's output and the teacher's, sample by sample: for samples without classes or targets. */
    double cosine(Graph teacher, Samples samples) {
        double sum = 0;
        try (ModelSession mine = ModelSession.open(graph, SessionSettings.single());
                ModelSession theirs = ModelSession.open(teacher, SessionSettings.single())) {
            for (int from = 0; from < samples.size(); from += BATCH) {
                int size = Math.min(BATCH, samples.size() - from);
                float[] a =
                        mine.run(batch(graph, samples, from, size)).get(output).toFloats();
                float[] b = theirs.run(batch(teacher, samples, from, size))
                        .get(output)
                        .toFloats();
                int width = a.length / size;
                for (int i = 0; i < size; i++) {
                    double dot = 0;
                    double left = 0;
                    double right = 0;
                    for (int j = i * width; j < (i + 1) * width; j++) {
                        dot += (double) a[j] * b[j];
                        left += (double) a[j] * a[j];
                        right += (double) b[j] * b[j];
                    }
                    sum += left == 0 || right == 0 ? 0 : dot / Math.sqrt(left * right);
                }
            }
        }
        return sum / samples.size();
    }

    private static Map<String, Tensor> batch(Graph graph, Samples samples, int from, int size) {
        List<Tensor> columns = new ArrayList<>();
        List<Feature> features = samples.features();
        for (int f = 0; f < features.size(); f++) {
            Feature feature = features.get(f);
            int elements = feature.elements();
            if (feature.kind() == Feature.Kind.FLOATS) {
                float[] values = new float[size * elements];
                for (int i = 0; i < size; i++) {
                    samples.read(f, from + i, values, i * elements);
                }
                columns.add(Tensor.ofFloats(feature.input(), values, feature.batch(size)));
            } else {
                long[] values = new long[size * elements];
                for (int i = 0; i < size; i++) {
                    samples.read(f, from + i, values, i * elements);
                }
                columns.add(Tensor.ofLongs(feature.input(), values, feature.batch(size)));
            }
        }
        Map<String, Tensor> batch = new LinkedHashMap<>();
        Feeds.of(graph, features).pick(columns).forEach((input, tensor) -> batch.put(input, tensor.withName(input)));
        return batch;
    }

    /** Latency of one sample beside the teacher's, interleaved. */
    Map<String, Object> against(Graph teacher, Samples samples) {
        try (ModelSession first = ModelSession.open(teacher, SessionSettings.single());
                ModelSession second = ModelSession.open(graph, SessionSettings.single())) {
            List<LatencyResult> results = new LatencyMeter(Duration.ofSeconds(4), 2000)
                    .compare(List.of(first, second), batch(graph, samples, 0, 1), 1);
            Map<String, Object> record = new LinkedHashMap<>();
            record.put("teacherP50Millis", results.get(0).p50Millis());
            record.put("p50Millis", results.get(1).p50Millis());
            record.put("speedup", results.get(0).p50Millis() / results.get(1).p50Millis());
            return record;
        }
    }
}
