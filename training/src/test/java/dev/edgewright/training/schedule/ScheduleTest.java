package dev.edgewright.training.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {

    private static final int TOTAL = 200;

    private static double[] factors(Schedule schedule) {
        return IntStream.range(0, TOTAL)
                .mapToDouble(step -> schedule.factor(step, TOTAL))
                .toArray();
    }

    @Test
    void aCosineFallsFromOneToNothing() {
        double[] factors = factors(Schedule.cosine());
        assertThat(factors[0]).isEqualTo(1);
        assertThat(factors[TOTAL / 2]).isCloseTo(0.5, within(1e-9));
        assertThat(factors[TOTAL - 1]).isBetween(0.0, 1e-3);
        assertThat(IntStream.range(1, TOTAL)).allMatch(i -> factors[i] < factors[i - 1]);
    }

    @Test
    void oneCycleRisesToItsPeakAndFallsToNearlyNothing() {
        double[] factors = factors(Schedule.oneCycle(0.25));
        assertThat(factors[0]).isCloseTo(0.05, within(1e-9));
        assertThat(factors[50]).isCloseTo(1, within(1e-9));
        assertThat(factors[TOTAL - 1]).isBetween(0.0009, 0.01);
        assertThat(IntStream.range(1, 51)).allMatch(i -> factors[i] > factors[i - 1]);
        assertThat(IntStream.range(51, TOTAL)).allMatch(i -> factors[i] < factors[i - 1]);
    }

    @Test
    void stepsFallAtTheirShares() {
        double[] factors = factors(Schedule.steps(0.1, 0.5, 0.75));
        assertThat(factors[99]).isEqualTo(1);
        assertThat(factors[100]).isCloseTo(0.1, within(1e-9));
        assertThat(factors[150]).isCloseTo(0.01, within(1e-9));
    }

    @Test
    void warmingUpRisesBesideTheScheduleAndThenLeavesIt() {
        double[] factors = factors(Schedule.constant().warmUp(9));
        assertThat(factors[0]).isCloseTo(0.1, within(1e-9));
        assertThat(factors[8]).isCloseTo(0.9, within(1e-9));
        assertThat(factors[9]).isEqualTo(1);
        assertThat(factors(Schedule.cosine().warmUp(9))[100]).isEqualTo(factors(Schedule.cosine())[100]);
    }
}
