package dev.edgewright.compression.evaluation;

import dev.edgewright.compression.data.Task.Metric;
import java.util.Locale;

/**
 * The quality of a model on a split.
 *
 * @param metric what was measured
 * @param value the measure: 0..1, -1..1 for correlations, the labels' unit for errors
 * @param low the lower end of its 95 % interval
 * @param high the upper end
 * @param samples how many samples were run
 * @param agreement the share of samples with the same largest score as the original; 1 for the original itself, and for outputs of one number
 * @param flips the samples whose largest score moved
 * @param cosine the mean cosine of the scored output with the original's; over all samples at once for outputs of one number
 */
public record AccuracyResult(
        Metric metric,
        double value,
        double low,
        double high,
        long samples,
        double agreement,
        long flips,
        double cosine) {

    /** A value of this measure for people: shares in percent, errors and correlations as they are. */
    public String text(double number) {
        return metric.comparesNumbers()
                ? String.format(Locale.ROOT, "%.4g", number)
                : String.format(Locale.ROOT, "%.2f %%", 100 * number);
    }

    /** The measure turned so that larger is better: errors are negative. */
    public double goodness() {
        return metric.isError() ? -value : value;
    }

    /** How much worse than another model: in the measure's unit (0.01 is one point), for errors as a share of the other's. */
    public double lossAgainst(AccuracyResult other) {
        if (!metric.isError()) {
            return other.value - value;
        }
        return value == other.value ? 0 : (value - other.value) / other.value;
    }
}
