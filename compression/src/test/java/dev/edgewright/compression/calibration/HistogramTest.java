package dev.edgewright.compression.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {

    private static float[] normal(int count, double mean, double deviation, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        return values;
    }

    @Test
    void growingLosesNoValue() {
        Histogram histogram = new Histogram();
        histogram.add(normal(1000, 0, 0.01, 1));
        histogram.add(normal(1000, 50, 10, 2));
        histogram.add(normal(1000, -3000, 1, 3));
        assertThat(Arrays.stream(histogram.counts()).sum()).isEqualTo(3000);
        long negative = 0;
        for (int bin = 0; bin < Histogram.BINS; bin++) {
            negative += histogram.edge(bin) < -2900 ? histogram.counts()[bin] : 0;
        }
        assertThat(negative).isEqualTo(1000);
    }

    @Test
    void quantilesAreExactToABin() {
        Histogram histogram = new Histogram();
        float[] values = normal(20_000, 1, 2, 4);
        histogram.add(values);
        Arrays.sort(values);
        assertThat(histogram.quantile(0.9)).isCloseTo(values[18_000], within(2 * histogram.binWidth()));
        assertThat(histogram.quantile(1)).isEqualTo(histogram.max());
    }

    @Test
    void calibratorsClipOutliersAndMinMaxDoesNot() {
        Histogram histogram = new Histogram();
        histogram.add(normal(100_000, 0, 1, 5));
        histogram.add(new float[] {400});
        assertThat(Calibrator.MIN_MAX.range(histogram).high()).isEqualTo(400);
        for (Calibrator clipping : new Calibrator[] {Calibrator.PERCENTILE, Calibrator.MSE, Calibrator.ENTROPY}) {
            assertThat(clipping.range(histogram).high()).as(clipping.name()).isBetween(2f, 390f);
        }
    }

    @Test
    void aSpikeAtZeroDoesNotCollapseTheRange() {
        Histogram histogram = new Histogram();
        float[] values = normal(50_000, 0, 1, 6);
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.max(0, values[i]);
        }
        histogram.add(values);
        for (Calibrator calibrator : Calibrator.values()) {
            assertThat(calibrator.range(histogram).high()).as(calibrator.name()).isGreaterThan(1.5f);
            assertThat(calibrator.range(histogram).low()).isZero();
        }
    }

    @Test
    void constantsAndEmptyStreamsHaveARange() {
        Histogram zeros = new Histogram();
        zeros.add(new float[16]);
        Histogram fives = new Histogram();
        fives.add(new float[] {-5, -5});
        for (Calibrator calibrator : Calibrator.values()) {
            assertThat(calibrator.range(zeros).width()).isZero();
            assertThat(calibrator.range(new Histogram()).width()).isZero();
            assertThat(calibrator.range(fives).high()).isZero();
            assertThat(calibrator.range(fives).low()).isNegative();
        }
    }
}
