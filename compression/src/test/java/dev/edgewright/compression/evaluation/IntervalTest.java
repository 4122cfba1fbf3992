package dev.edgewright.compression.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class IntervalTest {

    @Test
    void wilsonAgreesWithPublishedValuesAndStaysInside() {
        Interval interval = Interval.wilson(81, 263); // Newcombe 1998, table I, method 3
        assertThat(interval.low()).isCloseTo(0.2553, within(1e-4));
        assertThat(interval.high()).isCloseTo(0.3662, within(1e-4));
        assertThat(Interval.wilson(0, 20).low()).isZero();
        assertThat(Interval.wilson(20, 20).high()).isEqualTo(1);
    }

    @Test
    void theAreaUnderTheCurveCountsTiesHalf() {
        Auc auc = new Auc();
        float[][] scores = {{0.1f}, {0.4f}, {0.4f}, {0.8f}};
        for (int i = 0; i < scores.length; i++) {
            auc.add(scores[i], i / 2, new float[0]);
        }
        assertThat(auc.value().value()).isEqualTo(0.875);
    }
}
