package dev.edgewright.compression.evaluation;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * F1 averaged over the classes that occur, with the interval of a Poisson bootstrap over the cells of the confusion matrix (Hanley and
 * MacGibbon 2006): each of 1,000 resamples draws every cell anew around its count; the same numbers every time.
 */
final class MacroF1 implements Measure {

    private static final int RESAMPLES = 1000;

    private final Map<Long, Long> cells = new TreeMap<>(); // label * 2^32 + predicted -> samples
    private int classes;

    @Override
    public void add(float[] row, long label, float[] targets) {
        classes = Math.max(classes, row.length);
        cells.merge(label << 32 | Scores.argmax(row), 1L, Long::sum);
    }

    @Override
    public Value value() {
        long[][] all = cells.entrySet().stream()
                .map(cell -> new long[] {cell.getKey() >> 32, cell.getKey() & 0xffffffffL, cell.getValue()})
                .toArray(long[][]::new);
        double[] counts = Arrays.stream(all).mapToDouble(cell -> cell[2]).toArray();
        SplittableRandom random = new SplittableRandom(1);
        double[] resampled = new double[RESAMPLES];
        double[] drawn = new double[counts.length];
        for (int i = 0; i < RESAMPLES; i++) {
            for (int c = 0; c < counts.length; c++) {
                drawn[c] = poisson(counts[c], random);
            }
            resampled[i] = f1(all, drawn);
        }
        Arrays.sort(resampled);
        double value = f1(all, counts);
        double low = resampled[RESAMPLES / 40];
        double high = resampled[RESAMPLES - 1 - RESAMPLES / 40];
        return new Value(value, new Interval(Math.min(low, value), Math.max(high, value)));
    }

    private double f1(long[][] all, double[] counts) {
        double[] hit = new double[classes];
        double[] seen = new double[classes]; // predicted + present
        for (int c = 0; c < all.length; c++) {
            int label = (int) all[c][0];
            int predicted = (int) all[c][1];
            hit[label] += label == predicted ? counts[c] : 0;
            seen[label] += counts[c];
            seen[predicted] += counts[c];
        }
        double sum = 0;
        int present = 0;
        for (int k = 0; k < classes; k++) {
            if (seen[k] > 0) {
                sum += 2 * hit[k] / seen[k];
                present++;
            }
        }
        return present == 0 ? 0 : sum / present;
    }

    /** Knuth's product for small means, the normal limit for large ones. */
    private static double poisson(double mean, SplittableRandom random) {
        if (mean > 30) {
            return Math.max(0, Math.rint(mean + Math.sqrt(mean) * random.nextGaussian()));
        }
        double limit = Math.exp(-mean);
        double product = random.nextDouble();
        int count = 0;
        while (product > limit) {
            product *= random.nextDouble();
            count++;
        }
        return count;
    }
}
