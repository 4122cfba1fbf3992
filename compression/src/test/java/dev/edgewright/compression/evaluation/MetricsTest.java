package dev.edgewright.compression.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.data.Task.Metric;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MetricsTest {

    private static AccuracyResult classes(Metric metric, float[][] rows, long... labels) {
        Scores scores = new Scores(metric);
        for (int i = 0; i < rows.length; i++) {
            scores.add(rows[i], rows[i], labels[i], new float[0]);
        }
        return scores.result();
    }

    private static AccuracyResult numbers(Metric metric, float[] outputs, float[] wanted) {
        Scores scores = new Scores(metric);
        for (int i = 0; i < outputs.length; i++) {
            scores.add(new float[] {outputs[i]}, null, -1, new float[] {wanted[i]});
        }
        return scores.result();
    }

    @Test
    void topKCountsPlaces() {
        float[][] rows = {{5, 4, 3, 2, 1, 0}, {5, 4, 3, 2, 1, 0}, {5, 4, 3, 2, 1, 0}, {1, 1, 0, 0, 0, 0}};
        long[] labels = {0, 1, 4, 1};
        assertThat(classes(Metric.TOP1, rows, labels).value()).isEqualTo(0.25);
        assertThat(classes(Metric.TOP2, rows, labels).value()).isEqualTo(0.75);
        assertThat(classes(Metric.TOP3, rows, labels).value()).isEqualTo(0.75);
        assertThat(classes(Metric.TOP5, rows, labels).value()).isEqualTo(1);
    }

    @Test
    void macroF1AveragesOverClassesThatOccur() {
        float[][] rows = {{1, 0, 0}, {1, 0, 0}, {0, 1, 0}, {1, 0, 0}};
        // class 0: precision 2/3, recall 1: 0.8; class 1: precision 1, recall 1/2: 2/3; class 2 never occurs
        AccuracyResult result = classes(Metric.MACRO_F1, rows, 0, 0, 1, 1);
        assertThat(result.value()).isCloseTo((0.8 + 2 / 3.0) / 2, within(1e-12));
        assertThat(result.low()).isLessThan(result.value());
        assertThat(result.high()).isGreaterThan(result.value());
    }

    @Test
    void theIntervalOfMacroF1CoversTheTruthAboutAsOftenAsItSays() {
        // Two balanced classes, 80 % right: macro F1 is 0.8.
        Random random = new Random(3);
        int covered = 0;
        for (int trial = 0; trial < 60; trial++) {
            float[][] rows = new float[200][];
            long[] labels = new long[200];
            for (int i = 0; i < 200; i++) {
                labels[i] = random.nextInt(2);
                int said = random.nextDouble() < 0.8 ? (int) labels[i] : 1 - (int) labels[i];
                rows[i] = said == 0 ? new float[] {1, 0} : new float[] {0, 1};
            }
            AccuracyResult result = classes(Metric.MACRO_F1, rows, labels);
            covered += result.low() <= 0.8 && 0.8 <= result.high() ? 1 : 0;
        }
        assertThat(covered).isBetween(51, 60);
    }

    @Test
    void aucIsTheShareOfPairsInOrder() {
        AccuracyResult one = classes(Metric.AUC, new float[][] {{0.1f}, {0.4f}, {0.35f}, {0.8f}}, 0, 0, 1, 1);
        assertThat(one.value()).isEqualTo(0.75);
        AccuracyResult two =
                classes(Metric.AUC, new float[][] {{1, 0.1f}, {1, 0.4f}, {1, 0.35f}, {1, 0.8f}}, 0, 0, 1, 1);
        assertThat(two.value()).isEqualTo(0.75);
        assertThatThrownBy(() -> classes(Metric.AUC, new float[][] {{1, 2, 3}}, 0))
                .isInstanceOf(CompressionException.class)
                .hasMessageContaining("one score or two");
    }

    @Test
    void errorsAreInTheUnitOfTheLabels() {
        float[] out = {1, 2, 3, 8};
        float[] wanted = {1, 4, 3, 4};
        AccuracyResult mae = numbers(Metric.MAE, out, wanted);
        assertThat(mae.value()).isEqualTo(1.5);
        // errors 0 2 0 4: standard deviation 1.9149, half width 1.96 * 1.9149 / 2
        assertThat(mae.high()).isCloseTo(1.5 + 1.8766, within(1e-3));
        assertThat(mae.low()).isZero();
        AccuracyResult rmse = numbers(Metric.RMSE, out, wanted);
        assertThat(rmse.value()).isCloseTo(Math.sqrt(5), within(1e-12));
        assertThat(rmse.low()).isZero();
        assertThat(rmse.high()).isGreaterThan(rmse.value());
    }

    @Test
    void smallerErrorsAreBetterAndLossesAreShares() {
        AccuracyResult before = numbers(Metric.MAE, new float[] {1, 1}, new float[] {2, 2});
        AccuracyResult after = numbers(Metric.MAE, new float[] {0.9f, 0.9f}, new float[] {2, 2});
        assertThat(after.goodness()).isLessThan(before.goodness());
        assertThat(after.lossAgainst(before)).isCloseTo(0.1, within(1e-6));
        AccuracyResult right = classes(Metric.TOP1, new float[][] {{1, 0}, {1, 0}}, 0, 0);
        AccuracyResult half = classes(Metric.TOP1, new float[][] {{1, 0}, {1, 0}}, 0, 1);
        assertThat(half.lossAgainst(right)).isEqualTo(0.5);
    }

    @Test
    void spearmanLooksAtRanksAlone() {
        assertThat(numbers(Metric.SPEARMAN, new float[] {1, 2, 3, 4}, new float[] {1, 10, 100, 1000})
                        .value())
                .isCloseTo(1, within(1e-12));
        // ranks 1 2 3 4 5 against 2 1 4 3 5: 1 - 6 * 4 / (5 * 24)
        AccuracyResult result = numbers(Metric.SPEARMAN, new float[] {1, 2, 3, 4, 5}, new float[] {20, 10, 40, 30, 50});
        assertThat(result.value()).isCloseTo(0.8, within(1e-12));
        assertThat(result.low()).isLessThan(0.2);
        assertThat(result.high()).isBetween(0.95, 1.0);
        // ties at their mean rank: 1.5 1.5 3 against 1 2 3
        assertThat(numbers(Metric.SPEARMAN, new float[] {7, 7, 9}, new float[] {1, 2, 3})
                        .value())
                .isCloseTo(Math.sqrt(3) / 2, within(1e-12));
        assertThat(numbers(Metric.SPEARMAN, new float[] {7, 7, 7}, new float[] {1, 2, 3})
                        .value())
                .isZero();
    }

    @Test
    void outputsOfOneNumberAreComparedOverAllSamples() {
        Scores scores = new Scores(Metric.COSINE);
        scores.add(new float[] {1}, new float[] {1}, -1, new float[0]);
        scores.add(new float[] {1}, new float[] {-1}, -1, new float[0]);
        scores.add(new float[] {2}, new float[] {2}, -1, new float[0]);
        assertThat(scores.result().cosine()).isCloseTo(4 / 6.0, within(1e-12));
    }

    @Test
    void labelsOfAnotherWidthThanTheOutputAreRefused() {
        Scores scores = new Scores(Metric.RMSE);
        assertThatThrownBy(() -> scores.add(new float[] {1, 2}, null, -1, new float[] {1}))
                .isInstanceOf(CompressionException.class)
                .hasMessageContaining("holds 2 numbers and the label 1");
    }

    @Test
    void namesAreThoseOfTheDataDescription() {
        for (Metric metric : Metric.values()) {
            assertThat(Metric.named(metric.label())).isEqualTo(metric);
        }
        assertThatThrownBy(() -> Metric.named("accuracy"))
                .isInstanceOf(CompressionException.class)
                .hasMessageContaining("macro-f1");
    }
}
