package dev.edgewright.compression.evaluation;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.data.Task.Metric;

/** Adds up what the metrics need, sample by sample: against labels, and against the original model. */
final class Scores {

    private final Metric metric;
    private final Measure measure;
    private long samples;
    private long compared;
    private long same;
    private double cosines;
    private double squares;
    private int width;
    private double dot; // outputs of one number only: over all samples, since the cosine of two numbers is their sign
    private double own;
    private double theirs;

    Scores(Metric metric) {
        this.metric = metric;
        this.measure = Measure.of(metric);
    }

    /**
     * @param row the scores of one sample
     * @param reference the original's scores, null when not known
     * @param label the class, -1 when there is none
     * @param targets the numbers to come close to, empty when there are none
     */
    void add(float[] row, float[] reference, long label, float[] targets) {
        width = row.length;
        if (reference != null) {
            compare(row, reference);
        }
        if (measure != null && (label >= 0 || targets.length > 0)) {
            check(row, label, targets);
            measure.add(row, label, targets);
        }
        samples++;
    }

    private void compare(float[] row, float[] reference) {
        compared++;
        same += argmax(row) == argmax(reference) ? 1 : 0;
        double cosine = cosine(row, reference);
        cosines += cosine;
        squares += cosine * cosine;
        if (row.length == 1) {
            dot += (double) row[0] * reference[0];
            own += (double) row[0] * row[0];
            theirs += (double) reference[0] * reference[0];
        }
    }

    private void check(float[] row, long label, float[] targets) {
        if (metric.comparesNumbers()) {
            int wanted = metric == Metric.SPEARMAN ? 1 : row.length;
            if (targets.length != wanted || metric == Metric.SPEARMAN && row.length != 1) {
                throw new CompressionException(
                        Code.DATA_INVALID,
                        metric.label() + " compares " + (metric == Metric.SPEARMAN ? "one number" : "the output")
                                + " with the label of each sample, but the output holds " + row.length
                                + " numbers and the label " + targets.length);
            }
            return;
        }
        boolean binary = metric == Metric.AUC;
        if (binary && row.length > 2) {
            throw new CompressionException(
                    Code.DATA_INVALID, "auc takes one score or two, but the output holds " + row.length);
        }
        int classes = binary ? 2 : row.length;
        if (label >= classes) {
            throw new CompressionException(
                    Code.LABEL_OUT_OF_RANGE,
                    "sample " + samples + " has label " + label + ", but the output scores only " + classes
                            + " classes");
        }
    }

    AccuracyResult result() {
        double agreement = compared == 0 ? 1 : (double) same / compared;
        double cosine = compared == 0 ? 1 : width == 1 ? ratio(dot, own, theirs) : cosines / compared;
        Measure.Value value = switch (metric) {
            case AGREEMENT -> new Measure.Value(agreement, Interval.wilson(same, compared));
            case COSINE ->
                new Measure.Value(
                        cosine,
                        width == 1 ? new Interval(cosine, cosine) : Interval.ofMean(cosines, squares, compared));
            default -> measure.value();
        };
        return new AccuracyResult(
                metric,
                value.value(),
                value.interval().low(),
                value.interval().high(),
                samples,
                agreement,
                compared - same,
                cosine);
    }

    static int argmax(float[] row) {
        int best = 0;
        for (int i = 1; i < row.length; i++) {
            if (row[i] > row[best]) {
                best = i;
            }
        }
        return best;
    }

    /** 1 for two zero vectors, 0 when only one of them is zero. */
    static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return ratio(dot, aa, bb);
    }

    private static double ratio(double dot, double aa, double bb) {
        if (aa == 0 || bb == 0) {
            return aa == bb ? 1 : 0;
        }
        return dot / Math.sqrt(aa * bb);
    }
}
