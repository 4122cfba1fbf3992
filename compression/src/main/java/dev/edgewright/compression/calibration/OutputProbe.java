package dev.edgewright.compression.calibration;

import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How far a changed graph's float outputs are from the original's: squared distance over the original's variance, averaged over outputs. */
public final class OutputProbe {

    private final List<Map<String, Tensor>> feeds = new ArrayList<>();
    private final List<Map<String, float[]>> expected = new ArrayList<>();
    private final Map<String, Double> variance = new LinkedHashMap<>();

    private final int threads;

    /** Runs the original over the split, which should be small: its outputs are kept. */
    public OutputProbe(Graph original, Split split, int batch) {
        this(original, split, batch, 1);
    }

    /** As {@link #OutputProbe(Graph, Split, int)}, on this many threads; 0 for one on each core. */
    public OutputProbe(Graph original, Split split, int batch, int threads) {
        this.threads = threads;
        Batching batching = Batching.of(original.feeds(), batch);
        batching.check(split);
        try (ModelSession session = ModelSession.open(original, SessionSettings.threads(threads))) {
            split.forEachBatch(batching.size(), raw -> {
                feeds.add(batching.fit(raw).inputs());
                expected.add(outputs(session, feeds.get(feeds.size() - 1)));
            });
        }
        for (String name : expected.get(0).keySet()) {
            double sum = 0;
            double squares = 0;
            long count = 0;
            for (Map<String, float[]> one : expected) {
                for (float value : one.get(name)) {
                    sum += value;
                    squares += (double) value * value;
                    count++;
                }
            }
            variance.put(name, Math.max(squares - sum * sum / count, 1e-20));
        }
    }

    private static Map<String, float[]> outputs(ModelSession session, Map<String, Tensor> feeds) {
        Map<String, float[]> values = new LinkedHashMap<>();
        session.run(feeds).forEach((name, tensor) -> {
            if (tensor.type() == dev.edgewright.compression.graph.ElementType.FLOAT) {
                values.put(name, tensor.toFloats());
            }
        });
        return values;
    }

    /** The error of a graph with the same inputs and outputs; 0 is equal, 1 is as far off as the outputs' own means. */
    public double error(Graph graph) {
        Map<String, Double> distance = new LinkedHashMap<>();
        try (ModelSession session = ModelSession.open(graph, SessionSettings.threads(threads))) {
            for (int i = 0; i < feeds.size(); i++) {
                Map<String, float[]> got = outputs(session, feeds.get(i));
                expected.get(i).forEach((name, want) -> {
                    double sum = 0;
                    float[] have = got.get(name);
                    for (int k = 0; k < want.length; k++) {
                        sum += ((double) have[k] - want[k]) * ((double) have[k] - want[k]);
                    }
                    distance.merge(name, sum, Double::sum);
                });
            }
        }
        return distance.entrySet().stream()
                .mapToDouble(entry -> entry.getValue() / variance.get(entry.getKey()))
                .average()
                .orElse(0);
    }
}
