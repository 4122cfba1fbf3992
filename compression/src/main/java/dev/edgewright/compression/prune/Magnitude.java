package dev.edgewright.compression.prune;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.prune.ChannelSlice.Role;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Importance of units by their weights: Li et al. 2017 (arXiv 1608.08710), over every weight that makes or reads them. */
public final class Magnitude {

    private Magnitude() {}

    /** For each unit the sum of its squared weights, every weight tensor scaled to a mean square of one so that layers count alike. */
    public static double[] of(Graph graph, ChannelGroup group) {
        double[] score = new double[group.units()];
        for (ChannelSlice slice : group.constants()) {
            if (slice.role() != Role.CARRIES) {
                add(graph.constant(slice.value()).orElseThrow(), slice, score);
            }
        }
        return score;
    }

    private static void add(Tensor tensor, ChannelSlice slice, double[] score) {
        float[] values = tensor.toFloats();
        int size = (int) tensor.size(slice.axis());
        int inner = 1;
        for (int axis = slice.axis() + 1; axis < tensor.rank(); axis++) {
            inner *= (int) tensor.size(axis);
        }
        double[] squares = new double[size];
        double total = 0;
        for (int i = 0; i < values.length; i++) {
            double square = (double) values[i] * values[i];
            squares[i / inner % size] += square;
            total += square;
        }
        double scale = values.length / Math.max(total, 1e-30);
        for (int unit = 0; unit < score.length; unit++) {
            for (int position : slice.positions()[unit]) {
                score[unit] += squares[position] * scale;
            }
        }
    }

    /** Units from the least score to the greatest; ties by number. */
    static int[] ascending(double[] score) {
        return IntStream.range(0, score.length)
                .boxed()
                .sorted(Comparator.comparingDouble(unit -> score[unit]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** The units with the greatest scores, ascending by number. */
    public static int[] best(double[] score, int count) {
        int[] order = ascending(score);
        return Arrays.stream(order, order.length - count, order.length).sorted().toArray();
    }
}
