package dev.edgewright.training.prune;

import dev.edgewright.compression.graph.Graph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Chooses what goes so that a graph needs no more than so many multiply-accumulates, by trying: whole residual blocks, or a unit of channels of
 * a space, always what adds least error for the work it saves. Dearer than {@link MacsBudget}, which looks at weights alone, and able to
 * compare a block with channels.
 */
public final class TrialBudget {

    private static final double LEAST_HARM = 1e-6;

    private TrialBudget() {}

    /**
     * The graph within the budget, or as near to it as it can come.
     *
     * @param budget multiply-accumulates a sample
     * @param unit channels that go together; every space keeps at least this many
     * @param error how far a cut graph's answers are from those of the graph that is cut, before any training
     */
    public static Graph cut(Graph graph, long budget, int unit, ToDoubleFunction<Graph> error) {
        Graph current = graph;
        double lost = 0;
        for (long now = Macs.of(current); now > budget; now = Macs.of(current)) {
            Graph best = null;
            double least = Double.POSITIVE_INFINITY;
            double lostByBest = 0;
            for (Graph smaller : smaller(current, unit)) {
                // What is saved beyond the budget is worth nothing.
                double saved = Math.min(now - Macs.of(smaller), now - budget);
                if (saved <= 0) {
                    continue;
                }
                double lostBy = error.applyAsDouble(smaller);
                double price = Math.max(lostBy - lost, LEAST_HARM) / saved;
                if (price < least) {
                    least = price;
                    best = smaller;
                    lostByBest = lostBy;
                }
            }
            if (best == null) {
                return current; // nothing may shrink further
            }
            current = best;
            lost = lostByBest;
        }
        return current;
    }

    /** Every graph that lacks one block or one unit of channels. */
    private static List<Graph> smaller(Graph graph, int unit) {
        List<Graph> graphs = new ArrayList<>();
        ResidualBlocks.of(graph).forEach(block -> graphs.add(ResidualBlocks.without(graph, block)));
        ChannelSpaces spaces = ChannelSpaces.of(graph);
        Importance importance = Importance.of(graph, spaces);
        spaces.prunable().forEach((space, size) -> {
            int fewer = (size.intValue() - 1) / unit * unit; // down to the next whole unit
            if (fewer >= unit) {
                Map<Integer, int[]> kept = new HashMap<>();
                kept.put(space, importance.best(space, fewer));
                graphs.add(Narrowing.keep(graph, spaces, kept));
            }
        });
        return graphs;
    }
}
