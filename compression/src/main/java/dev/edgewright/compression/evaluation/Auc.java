package dev.edgewright.compression.evaluation;

import java.util.Comparator;
import java.util.List;

/**
 * The area under the ROC curve by ranks, ties counted half, with the interval of Hanley and McNeil (1982).
 *
 * @param value the area
 * @param interval its 95 % interval
 */
record Auc(double value, Interval interval) {

    /** @param scored pairs of score and class (0 or 1) */
    static Auc of(List<double[]> scored) {
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
            return new Auc(0.5, new Interval(0, 1));
        }
        double a = (rankSum - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
        double q1 = a / (2 - a);
        double q2 = 2 * a * a / (1 + a);
        double variance = (a * (1 - a) + (positives - 1) * (q1 - a * a) + (negatives - 1) * (q2 - a * a))
                / ((double) positives * negatives);
        double half = 1.96 * Math.sqrt(Math.max(0, variance));
        return new Auc(a, new Interval(Math.max(0, a - half), Math.min(1, a + half)));
    }
}
