package dev.edgewright.compression.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
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
        List<double[]> scored =
                List.of(new double[] {0.1, 0}, new double[] {0.4, 0}, new double[] {0.4, 1}, new double[] {0.8, 1});
        assertThat(Auc.of(scored).value()).isEqualTo(0.875);
    }
}
