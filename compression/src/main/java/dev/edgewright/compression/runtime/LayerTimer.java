package dev.edgewright.compression.runtime;

import dev.edgewright.compression.graph.Graph;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Times single layers, each as a graph of its own on one thread, and remembers what it measured. The time of a model is predicted as the sum of its
 * layers: what ONNX Runtime saves by not leaving a kernel is left out, so predictions serve to compare forms of one model.
 */
public final class LayerTimer {

    private static final int WARM_UP = 3;
    private static final int RUNS = 40;
    private static final long NANOS = 8_000_000;
    private static final int FEWEST = 5;

    private final Map<String, Double> known = new HashMap<>();

    /**
     * Microseconds of one run: the lower quartile of some milliseconds' worth of runs, which other programs on the machine disturb least.
     *
     * @param description the same for layers that take the same time: operator, sizes, attributes
     * @param graph makes the graph when it was not measured yet
     */
    public double micros(String description, Supplier<Graph> graph) {
        return known.computeIfAbsent(description, unused -> measure(graph.get()));
    }

    private static double measure(Graph graph) {
        try (ModelSession session = ModelSession.open(graph, SessionSettings.single());
                ModelSession.Prepared prepared = session.prepare(SyntheticFeeds.of(session.inputs(), 1))) {
            for (int i = 0; i < WARM_UP; i++) {
                prepared.timeNanos();
            }
            long[] nanos = new long[RUNS];
            long spent = 0;
            int runs = 0;
            while (runs < RUNS && (runs < FEWEST || spent < NANOS)) {
                nanos[runs] = prepared.timeNanos();
                spent += nanos[runs++];
            }
            Arrays.sort(nanos, 0, runs);
            return nanos[runs / 4] / 1000.0;
        }
    }

    /** How many different layers were measured. */
    public int measured() {
        return known.size();
    }
}
