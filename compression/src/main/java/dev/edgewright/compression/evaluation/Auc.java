package dev.edgewright.compression.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The area under the ROC curve by ranks, ties counted half, with the interval of Hanley and McNeil (1982). Keeps two numbers a sample. */
final class Auc implements Measure {

    private final List<double[]> scored = new ArrayList<>(); // score, class

    @Override
    public void add(float[] row, long label, float[] targets) {
        scored.add(new double[] {row.length == 1 ? row[0] : row[1] - row[0], label});
    }

    @Override
    public Value value() {
        List<double[]> sorted = scored.stream()
                .sorted(Comparator.comparingDouble(pair -> pair[0]))
                .toList();
        double rankSum = 0;
        long positives = 0;
        for (int i = 0; i < sorted.size(); ) {
            int end = i;
            long here = 0;
            while (end < sorted.size() && sorted.get(end)[0] == sorted.get(i)[0]) {
                here += sorted.get(end)[1] == 1 ? 1 : 0;
                end++;
            }
            rankSum += here * (i + 1 + end) / 2.0;
            positives += here;
            i = end;
        }
        long negatives = sorted.size() - positives;
        if (positives == 0 || negatives == 0) {
            return new Value(0.5, new Interval(0, 1));
        }
        double a = (rankSum - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
        double q1 = a / (2 - a);
        double q2 = 2 * a * a / (1 + a);
        double variance = (a * (1 - a) + (positives - 1) * (q1 - a * a) + (negatives - 1) * (q2 - a * a))
                / ((double) positives * negatives);
        double half = 1.96 * Math.sqrt(Math.max(0, variance));
        return new Value(a, new Interval(Math.max(0, a - half), Math.min(1, a + half)));
    }
}
