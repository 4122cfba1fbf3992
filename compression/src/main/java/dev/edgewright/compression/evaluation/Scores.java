package dev.edgewright.compression.evaluation;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.data.Task.Metric;
import java.util.ArrayList;
import java.util.List;

/** Adds up what the metrics need, sample by sample. */
final class Scores {

    private final Metric metric;
    private final List<double[]> scored = new ArrayList<>(); // AUC only: score, class
    private long samples;
    private long compared;
    private long hits;
    private long same;
    private double cosines;
    private double squares;
    private long[][] confusion = new long[0][]; // macro F1 only: [class][hit, predicted, present]

    Scores(Metric metric) {
        this.metric = metric;
    }

    /**
     * @param row the scores of one sample
     * @param reference the original's scores, null when not known
     * @param label the class, -1 when there is none
     */
    void add(float[] row, float[] reference, long label) {
        int predicted = argmax(row);
        if (reference != null) {
            compared++;
            same += predicted == argmax(reference) ? 1 : 0;
            double cosine = cosine(row, reference);
            cosines += cosine;
            squares += cosine * cosine;
        }
        if (label >= 0) {
            score(row, predicted, label);
        }
        samples++;
    }

    private void score(float[] row, int predicted, long label) {
        boolean binary = metric == Metric.AUC && row.length == 1;
        if (label >= (binary ? 2 : row.length)) {
            throw new CompressionException(
                    Code.LABEL_OUT_OF_RANGE,
                    "sample " + samples + " has label " + label + ", but the output scores only " + row.length
                            + " classes");
        }
        switch (metric) {
            case TOP5 -> hits += rank(row, (int) label) < 5 ? 1 : 0;
            case MACRO_F1 -> {
                if (confusion.length < row.length) {
                    confusion = new long[row.length][3];
                }
                confusion[predicted][0] += predicted == label ? 1 : 0;
                confusion[predicted][1]++;
                confusion[(int) label][2]++;
            }
            case AUC -> scored.add(new double[] {binary ? row[0] : row[1] - row[0], label});
            default -> hits += predicted == label ? 1 : 0;
        }
    }

    AccuracyResult result() {
        double agreement = compared == 0 ? 1 : (double) same / compared;
        double cosine = compared == 0 ? 1 : cosines / compared;
        double value;
        Interval interval;
        switch (metric) {
            case AGREEMENT -> {
                value = agreement;
                interval = Interval.wilson(same, compared);
            }
            case COSINE -> {
                value = cosine;
                interval = Interval.ofMean(cosines, squares, compared);
            }
            case MACRO_F1 -> {
                value = macroF1();
                interval = Interval.wilson(Math.round(value * samples), samples);
            }
            case AUC -> {
                Auc auc = Auc.of(scored);
                value = auc.value();
                interval = auc.interval();
            }
            default -> {
                value = samples == 0 ? 0 : (double) hits / samples;
                interval = Interval.wilson(hits, samples);
            }
        }
        return new AccuracyResult(
                metric, value, interval.low(), interval.high(), samples, agreement, compared - same, cosine);
    }

    private double macroF1() {
        double sum = 0;
        int classes = 0;
        for (long[] row : confusion) {
            if (row[1] + row[2] > 0) {
                sum += 2.0 * row[0] / (row[1] + row[2]);
                classes++;
            }
        }
        return classes == 0 ? 0 : sum / classes;
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

    private static int rank(float[] row, int index) {
        int above = 0;
        for (int i = 0; i < row.length; i++) {
            above += row[i] > row[index] || row[i] == row[index] && i < index ? 1 : 0;
        }
        return above;
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
        if (aa == 0 || bb == 0) {
            return aa == bb ? 1 : 0;
        }
        return dot / Math.sqrt(aa * bb);
    }
}
