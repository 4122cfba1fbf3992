package dev.edgewright.compression.evaluation;

import dev.edgewright.compression.data.Task.Metric;

/** Adds up one metric against labels, sample by sample. */
interface Measure {

    /**
     * @param row the scores, or the numbers, of one sample
     * @param label its class; -1 when labels are numbers
     * @param targets its numbers; empty when labels are classes
     */
    void add(float[] row, long label, float[] targets);

    /** The metric over all samples so far. */
    Value value();

    /**
     * A metric with its 95 % interval.
     *
     * @param value the metric
     * @param interval its interval
     */
    record Value(double value, Interval interval) {}

    /** What a metric needs; null for those that only compare with the original. */
    static Measure of(Metric metric) {
        return switch (metric) {
            case TOP1, TOP2, TOP3, TOP5, TOP10 -> new Hits(metric.places());
            case MACRO_F1 -> new MacroF1();
            case AUC -> new Auc();
            case MAE, RMSE -> new NumberErrors(metric == Metric.RMSE);
            case SPEARMAN -> new RankCorrelation();
            case AGREEMENT, COSINE -> null;
        };
    }
}
