package dev.edgewright.compression.evaluation;

import dev.edgewright.compression.data.Task.Metric;

/**
 * The quality of a model on a split.
 *
 * @param metric what was measured
 * @param value the measure, 0..1
 * @param low the lower end of its 95 % interval
 * @param high the upper end
 * @param samples how many samples were run
 * @param agreement the share of samples with the same largest score as the original; 1 for the original itself
 * @param flips the samples whose largest score moved
 * @param cosine the mean cosine of the scored output with the original's
 */
public record AccuracyResult(
        Metric metric,
        double value,
        double low,
        double high,
        long samples,
        double agreement,
        long flips,
        double cosine) {}
