package dev.edgewright.training.prune;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How much each channel of a space matters: the squared weights that write, scale and read it, each weight tensor brought to mean one
 * first, so that large tensors do not outvote small ones (group norm, as in Fang et al. 2023, arXiv 2301.12900).
 */
public final class Importance {

    private final Map<Integer, double[]> scores;

    private Importance(Map<Integer, double[]> scores) {
        this.scores = scores;
    }

    public static Importance of(Graph graph, ChannelSpaces spaces) {
        Map<Integer, double[]> scores = new LinkedHashMap<>();
        Map<Integer, Integer> tensors = new LinkedHashMap<>();
        for (ChannelSpaces.Place place : spaces.places()) {
            int space = spaces.find(place.space());
            Tensor tensor = graph.initializer(place.tensor()).orElseThrow();
            // Running statistics, biases and shifts say nothing about a channel's weight.
            boolean matrix = tensor.rank() >= 2;
            boolean scale = graph.consumers(place.tensor()).stream()
                    .anyMatch(node ->
                            node.is("BatchNormalization") && node.input(1).equals(place.tensor()));
            if (!matrix && !scale) {
                continue;
            }
            double[] squares = squares(tensor, place);
            double mean = Arrays.stream(squares).average().orElse(0);
            double[] sum = scores.computeIfAbsent(space, key -> new double[squares.length]);
            for (int i = 0; i < squares.length; i++) {
                sum[i] += mean == 0 ? 0 : squares[i] / mean;
            }
            tensors.merge(space, 1, Integer::sum);
        }
        scores.forEach((space, sum) -> {
            for (int i = 0; i < sum.length; i++) {
                sum[i] /= tensors.get(space);
            }
        });
        return new Importance(scores);
    }

    private static double[] squares(Tensor tensor, ChannelSpaces.Place place) {
        long[] sizes = tensor.sizes();
        long inner = place.repeat();
        for (int i = place.axis() + 1; i < sizes.length; i++) {
            inner *= sizes[i];
        }
        int channels = Math.toIntExact(sizes[place.axis()] / place.repeat());
        float[] values = tensor.toFloats();
        double[] squares = new double[channels];
        for (int i = 0; i < values.length; i++) {
            squares[(int) (i / inner % channels)] += (double) values[i] * values[i];
        }
        return squares;
    }

    /** One score a channel; about one on average. */
    public double[] of(int space) {
        return scores.get(space).clone();
    }

    /** Channels from the least to the most important. */
    int[] rising(int space) {
        double[] score = scores.get(space);
        return IntStream.range(0, score.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> score[i]).thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** The {@code count} most important channels, in rising order of position. */
    public int[] best(int space, int count) {
        int[] rising = rising(space);
        int[] best = Arrays.copyOfRange(rising, rising.length - count, rising.length);
        Arrays.sort(best);
        return best;
    }
}
