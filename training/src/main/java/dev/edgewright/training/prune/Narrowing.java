package dev.edgewright.training.prune;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphEdit;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import java.util.HashMap;
import java.util.Map;

/** Cuts a graph down to chosen channels; the weights of those stay as they are. */
public final class Narrowing {

    private Narrowing() {}

    /**
     * The graph with these channels only.
     *
     * @param kept for each space that shrinks, the channels that stay, in rising order
     */
    public static Graph keep(Graph graph, ChannelSpaces spaces, Map<Integer, int[]> kept) {
        Map<String, Tensor> changed = new HashMap<>();
        for (ChannelSpaces.Place place : spaces.places()) {
            int[] channels = kept.get(spaces.find(place.space()));
            if (channels != null) {
                Tensor tensor = changed.getOrDefault(
                        place.tensor(), graph.initializer(place.tensor()).orElseThrow());
                changed.put(place.tensor(), slice(tensor, place.axis(), channels, place.repeat()));
            }
        }
        GraphEdit edit = graph.edit().clearAnnotations();
        changed.values().forEach(edit::put);
        for (Node node : spaces.depthwise()) {
            Tensor weight = changed.get(node.input(1));
            if (weight != null) {
                edit.replace(node, node.withAttribute(Attribute.ofInt("group", weight.size(0))));
            }
        }
        return edit.build();
    }

    static Tensor slice(Tensor tensor, int axis, int[] channels, long repeat) {
        long[] sizes = tensor.sizes();
        long outer = 1;
        for (int i = 0; i < axis; i++) {
            outer *= sizes[i];
        }
        long inner = repeat;
        for (int i = axis + 1; i < sizes.length; i++) {
            inner *= sizes[i];
        }
        float[] from = tensor.toFloats();
        long row = sizes[axis] / repeat;
        float[] to = new float[Math.toIntExact(outer * channels.length * inner)];
        for (int o = 0; o < outer; o++) {
            for (int k = 0; k < channels.length; k++) {
                System.arraycopy(
                        from,
                        Math.toIntExact((o * row + channels[k]) * inner),
                        to,
                        Math.toIntExact(((long) o * channels.length + k) * inner),
                        Math.toIntExact(inner));
            }
        }
        sizes[axis] = channels.length * repeat;
        return Tensor.ofFloats(tensor.name(), to, sizes);
    }

    /** Every space that may shrink, at a share of its channels: the most important ones, rounded to a multiple of {@code unit}. */
    public static Graph byWidth(Graph graph, double share, int unit) {
        ChannelSpaces spaces = ChannelSpaces.of(graph);
        Importance importance = Importance.of(graph, spaces);
        Map<Integer, int[]> kept = new HashMap<>();
        spaces.prunable().forEach((space, size) -> {
            long wanted = Math.max(unit, Math.round(size * share / unit) * unit);
            if (wanted < size) {
                kept.put(space, importance.best(space, (int) wanted));
            }
        });
        return keep(graph, spaces, kept);
    }
}
