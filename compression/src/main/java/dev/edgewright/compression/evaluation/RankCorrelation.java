package dev.edgewright.compression.evaluation;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Spearman's rank correlation of a single output with a single number, ties at their mean rank; the interval by Fisher's z with the
 * standard error of Bonett and Wright (2000). Keeps two numbers a sample.
 */
final class RankCorrelation implements Measure {

    private static final double Z = 1.959963984540054;

    private float[] outputs = new float[256];
    private float[] wanted = new float[256];
    private int samples;

    @Override
    public void add(float[] row, long label, float[] targets) {
        if (samples == outputs.length) {
            outputs = Arrays.copyOf(outputs, samples * 2);
            wanted = Arrays.copyOf(wanted, samples * 2);
        }
        outputs[samples] = row[0];
        wanted[samples++] = targets[0];
    }

    @Override
    public Value value() {
        double rho = pearson(ranks(outputs), ranks(wanted));
        if (samples < 4) {
            return new Value(rho, new Interval(-1, 1));
        }
        double bounded = Math.max(-0.999999999, Math.min(0.999999999, rho));
        double z = 0.5 * Math.log((1 + bounded) / (1 - bounded));
        double half = Z * Math.sqrt((1 + rho * rho / 2) / (samples - 3));
        return new Value(rho, new Interval(Math.min(rho, Math.tanh(z - half)), Math.max(rho, Math.tanh(z + half))));
    }

    private double[] ranks(float[] values) {
        Integer[] order = new Integer[samples];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
        double[] ranks = new double[samples];
        for (int i = 0; i < samples; ) {
            int end = i;
            while (end < samples && values[order[end]] == values[order[i]]) {
                end++;
            }
            for (int k = i; k < end; k++) {
                ranks[order[k]] = (i + end - 1) / 2.0;
            }
            i = end;
        }
        return ranks;
    }

    /** 0 when one side never changes. */
    private static double pearson(double[] a, double[] b) {
        double meanA = Arrays.stream(a).average().orElse(0);
        double meanB = Arrays.stream(b).average().orElse(0);
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return aa == 0 || bb == 0 ? 0 : ab / Math.sqrt(aa * bb);
    }
}
