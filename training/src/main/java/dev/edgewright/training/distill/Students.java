package dev.edgewright.training.distill;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.training.prune.Narrowing;
import dev.edgewright.training.prune.ResidualBlocks;
import java.util.List;

/** Smaller graphs made from a given one, with its weights where they fit. */
public final class Students {

    private Students() {}

    /** Narrowed: the most important {@code share} of each layer's channels, in multiples of {@code unit}; weights inherited. */
    public static Graph narrowed(Graph graph, double share, int unit) {
        return Narrowing.byWidth(graph, share, unit);
    }

    /**
     * Shallowed. A transformer encoder loses whole layers at even distances and keeps its last. In other graphs, residual blocks whose
     * shortcut is the block's own input (so that the shape stays) are dropped, the last of each run of blocks first. Ends when {@code drop}
     * are gone, or sooner when no more can go.
     */
    public static Graph shallowed(Graph graph, int drop) {
        if (drop > 0 && EncoderLayers.entries(graph).size() > 1) {
            return EncoderLayers.without(graph, drop);
        }
        Graph current = graph;
        for (int dropped = 0; dropped < drop; dropped++) {
            Graph next = dropOne(current);
            if (next == current) {
                return current;
            }
            current = next;
        }
        return current;
    }

    private static Graph dropOne(Graph graph) {
        List<ResidualBlocks.Block> blocks = ResidualBlocks.of(graph);
        return blocks.isEmpty() ? graph : ResidualBlocks.without(graph, blocks.get(blocks.size() - 1));
    }
}
