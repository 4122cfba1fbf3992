package dev.edgewright.training.prune;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses which channels go so that a graph needs no more than so many multiply-accumulates: block by block, always the block that
 * loses least importance for the work it saves. Blocks of 8 or 16 channels, because runtimes compute whole blocks: 33 channels cost as
 * much as 48.
 */
public final class MacsBudget {

    /** A layer's work, and the spaces that it is proportional to. */
    private record Layer(long macs, List<Integer> spaces) {}

    private final ChannelSpaces spaces;
    private final Importance importance;
    private final Map<Integer, Long> sizes;
    private final List<Layer> layers = new ArrayList<>();
    private final int unit;

    private MacsBudget(Graph graph, int unit) {
        this.spaces = ChannelSpaces.of(graph);
        this.importance = Importance.of(graph, spaces);
        this.sizes = spaces.prunable();
        this.unit = unit;
        Map<String, Long> macs = Macs.perLayer(graph);
        for (Node node : graph.nodes()) {
            Long work = macs.get(node.output(0));
            if (work != null) {
                List<Integer> proportional = new ArrayList<>();
                for (ChannelSpaces.Place place : spaces.places()) {
                    int space = spaces.find(place.space());
                    if (place.tensor().equals(node.input(1)) && sizes.containsKey(space)) {
                        proportional.add(space);
                    }
                }
                layers.add(new Layer(work, proportional));
            }
        }
    }

    /**
     * The graph with as many channels as the budget allows.
     *
     * @param budget multiply-accumulates a sample
     * @param unit channels that go together; every space keeps at least this many
     */
    public static Graph cut(Graph graph, long budget, int unit) {
        MacsBudget chooser = new MacsBudget(graph, unit);
        Map<Integer, Integer> counts = chooser.choose(budget);
        Map<Integer, int[]> kept = new HashMap<>();
        counts.forEach((space, count) -> {
            if (count < chooser.sizes.get(space)) {
                kept.put(space, chooser.importance.best(space, count));
            }
        });
        return kept.isEmpty() ? graph : Narrowing.keep(graph, chooser.spaces, kept);
    }

    private Map<Integer, Integer> choose(long budget) {
        Map<Integer, Integer> counts = new HashMap<>();
        sizes.forEach((space, size) -> counts.put(space, size.intValue()));
        double now = macs(counts);
        while (now > budget) {
            int cheapest = -1;
            double cheapestPrice = Double.POSITIVE_INFINITY;
            for (Map.Entry<Integer, Integer> entry : counts.entrySet()) {
                int space = entry.getKey();
                int count = entry.getValue();
                int fewer = (count - 1) / unit * unit; // down to the next whole block
                if (fewer < unit) {
                    continue;
                }
                int[] rising = importance.rising(space);
                int gone = rising.length - count;
                double[] score = importance.of(space);
                double loss = Arrays.stream(rising, gone, gone + count - fewer)
                        .mapToDouble(channel -> score[channel])
                        .sum();
                // The share of the space's importance that goes: a narrow layer gives a block up less readily than a
                // wide one.
                double share = loss
                        / Arrays.stream(rising, gone, rising.length)
                                .mapToDouble(channel -> score[channel])
                                .sum();
                entry.setValue(fewer);
                double saved = now - macs(counts);
                entry.setValue(count);
                double price = share / Math.max(saved, 1e-9);
                if (price < cheapestPrice) {
                    cheapestPrice = price;
                    cheapest = space;
                }
            }
            if (cheapest < 0) {
                return counts; // nothing may shrink further
            }
            counts.computeIfPresent(cheapest, (space, count) -> (count - 1) / unit * unit);
            now = macs(counts);
        }
        return counts;
    }

    private double macs(Map<Integer, Integer> counts) {
        double sum = 0;
        for (Layer layer : layers) {
            double work = layer.macs();
            for (int space : layer.spaces()) {
                work *= (double) counts.get(space) / sizes.get(space);
            }
            sum += work;
        }
        return sum;
    }
}
