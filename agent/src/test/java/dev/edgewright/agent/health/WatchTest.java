package dev.edgewright.agent.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class WatchTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final LiveNumbers BEFORE = live(10_000, 10, 0.010);

    @Test
    void quietUntilItsTimeIsUp() {
        assertThat(judge(rules(), live(0, 0, 0), MINUTE.minusMillis(1))).isInstanceOf(Watch.KeepWatching.class);
        assertThat(judge(rules(), live(0, 0, 0), MINUTE)).isInstanceOf(Watch.Settled.class);
    }

    @Test
    void waitsForEnoughRequestsHoweverLong() {
        WatchRules rules = new WatchRules(MINUTE, 50, 0, 0, 0, 0);
        assertThat(judge(rules, live(49, 0, 0.010), MINUTE.multipliedBy(60))).isInstanceOf(Watch.KeepWatching.class);
        assertThat(judge(rules, live(50, 0, 0.010), MINUTE)).isInstanceOf(Watch.Settled.class);
    }

    @Test
    void oneErrorAmongAFewRequestsIsNoVerdict() {
        assertThat(judge(rules(), live(Watch.MIN_SAMPLE - 1, 1, 0.010), Duration.ZERO))
                .isInstanceOf(Watch.KeepWatching.class);
        assertThat(judge(rules(), live(Watch.MIN_SAMPLE, 1, 0.010), Duration.ZERO))
                .isInstanceOf(Watch.KeepWatching.class);
    }

    @Test
    void clearlyMoreErrorsThanBeforeAreARegression() {
        assertCode(judge(rules(), live(200, 20, 0.010), Duration.ZERO), "ERROR_RATIO");
    }

    @Test
    void anErrorLimitOfTheAssignmentCountsInsteadOfTheComparison() {
        WatchRules generous = new WatchRules(MINUTE, 0, 0.2, 0, 0, 0);
        assertThat(judge(generous, live(200, 20, 0.010), Duration.ZERO)).isInstanceOf(Watch.KeepWatching.class);
        assertCode(judge(generous, live(200, 80, 0.010), Duration.ZERO), "ERROR_RATIO");
    }

    @Test
    void slowerThanAllowedAgainstThePreviousVariant() {
        WatchRules rules = new WatchRules(MINUTE, 0, 0, 0, 1.2, 0);
        assertThat(judge(rules, live(100, 0, 0.0119), Duration.ZERO)).isInstanceOf(Watch.KeepWatching.class);
        assertCode(judge(rules, live(100, 0, 0.0121), Duration.ZERO), "SLOWDOWN");
    }

    @Test
    void aFirstVariantIsComparedWithNothing() {
        WatchRules rules = new WatchRules(MINUTE, 0, 0, 0, 1.2, 0);
        assertThat(Watch.judge(rules, live(100, 0, 5), LiveNumbers.NONE, Duration.ZERO))
                .isInstanceOf(Watch.KeepWatching.class);
    }

    @Test
    void limitsOfTheAssignmentOnLatencyAndEnergy() {
        assertCode(judge(new WatchRules(MINUTE, 0, 0, 9, 0, 0), live(100, 0, 0.010), Duration.ZERO), "P95_LIMIT");
        LiveNumbers hungry = new LiveNumbers(100, 0, 0.010, OptionalDouble.of(0.5));
        assertCode(judge(new WatchRules(MINUTE, 0, 0, 0, 0, 0.4), hungry, Duration.ZERO), "ENERGY_LIMIT");
        assertThat(judge(new WatchRules(MINUTE, 0, 0, 0, 0, 0.4), live(100, 0, 0.010), Duration.ZERO))
                .as("no sensor, no verdict")
                .isInstanceOf(Watch.KeepWatching.class);
    }

    /** Values from Wilson's formula worked by hand: 10 of 100 lies in [0.0552, 0.1744]. */
    @Test
    void theIntervalIsWilsons() {
        assertThat(Watch.wilsonLow(10, 100)).isCloseTo(0.0552, within(0.0001));
        assertThat(Watch.wilsonLow(0, 100)).isZero();
        assertThat(Watch.wilsonLow(0, 0)).isZero();
    }

    private static Watch.Verdict judge(WatchRules rules, LiveNumbers live, Duration watched) {
        return Watch.judge(rules, live, BEFORE, watched);
    }

    private static void assertCode(Watch.Verdict verdict, String code) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Watch.Regressed.class, bad -> assertThat(bad.code()).isEqualTo(code));
    }

    private static WatchRules rules() {
        return new WatchRules(MINUTE, 0, 0, 0, 0, 0);
    }

    private static LiveNumbers live(long requests, long errors, double p95) {
        return new LiveNumbers(requests, errors, p95, OptionalDouble.empty());
    }
}
