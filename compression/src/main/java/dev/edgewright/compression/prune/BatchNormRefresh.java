package dev.edgewright.compression.prune;

import dev.edgewright.compression.calibration.ActivationStatistics;
import dev.edgewright.compression.calibration.ChannelStatistics;
import dev.edgewright.compression.calibration.OutputProbe;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.Optional;
import java.util.Set;

/**
 * Measures the means and variances of the BatchNormalization nodes that clean-up could not fold, because channels that went changed what the rest
 * sees; one after the other, since each changes what comes behind it. Kept only where the outputs come closer to the original's.
 */
final class BatchNormRefresh {

    private static final int PROBE_SAMPLES = 256;

    private BatchNormRefresh() {}

    /**
     * The graph with fresh statistics, or the same graph when it has none to refresh or they did not help.
     *
     * @param original what the outputs should be like
     */
    static Graph of(Graph original, Graph pruned, Split split) {
        if (pruned.nodes("BatchNormalization").isEmpty()) {
            return pruned;
        }
        Graph graph = pruned;
        for (Node node : pruned.nodes("BatchNormalization")) {
            graph = refreshed(graph, node.output(0), split);
        }
        OutputProbe probe = new OutputProbe(original, split.limit(PROBE_SAMPLES), 32);
        return probe.error(graph) < probe.error(pruned) ? graph : pruned;
    }

    private static Graph refreshed(Graph graph, String output, Split split) {
        Node node = graph.producer(output).orElseThrow();
        String value = node.input(0);
        Optional<ChannelStatistics> channels = ActivationStatistics.gather(
                        graph, split, Set.of(value), Batching.of(graph.feeds(), 16))
                .channels(value);
        Optional<Tensor> mean = graph.constant(node.input(3));
        Optional<Tensor> variance = graph.constant(node.input(4));
        if (channels.isEmpty()
                || mean.isEmpty()
                || variance.isEmpty()
                || channels.get().means().length != mean.get().elements()) {
            return graph;
        }
        float[] means = channels.get().means();
        float[] variances = channels.get().meanSquares();
        for (int c = 0; c < means.length; c++) {
            variances[c] = Math.max(0, variances[c] - means[c] * means[c]);
        }
        GraphEdit edit = graph.edit();
        return edit.replace(
                        node,
                        node.withInput(3, edit.putFresh(mean.get().withFloats(means)))
                                .withInput(4, edit.putFresh(variance.get().withFloats(variances))))
                .build();
    }
}
