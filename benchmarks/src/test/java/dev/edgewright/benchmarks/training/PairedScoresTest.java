package dev.edgewright.benchmarks.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.edgewright.benchmarks.training.PairedScores.Pair;
import dev.edgewright.compression.evaluation.Interval;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class PairedScoresTest {

    private static BitSet from(int low, int high) {
        BitSet set = new BitSet();
        set.set(low, high);
        return set;
    }

    @Test
    void samplesThatBothGetRightOrWrongSayNothing() {
        Pair pair = new Pair(from(0, 90), from(10, 95)); // 10 only the first, 5 only the second
        assertThat(pair.won()).isEqualTo(10);
        assertThat(pair.lost()).isEqualTo(5);
        Interval interval = PairedScores.overSamples(List.of(pair), 100);
        assertThat((interval.low() + interval.high()) / 2).isCloseTo(0.05, within(1e-12));
        double deviation = Math.sqrt((0.15 - 0.05 * 0.05) * 100 / 99);
        assertThat(interval.high() - interval.low()).isCloseTo(2 * 1.96 * deviation / 10, within(1e-4));
    }

    @Test
    void seedsThatAgreeOnTheSameSamplesAreNoMoreSamples() {
        Pair pair = new Pair(from(0, 90), from(10, 95));
        assertThat(PairedScores.overSamples(List.of(pair, pair, pair), 100))
                .isEqualTo(PairedScores.overSamples(List.of(pair), 100));
        Interval seeds = PairedScores.overSeeds(List.of(pair, pair, pair), 100);
        assertThat(seeds.low()).isCloseTo(0.05, within(1e-12));
        assertThat(seeds.high()).isCloseTo(0.05, within(1e-12));
    }

    @Test
    void fewSeedsMakeAWideInterval() {
        List<Pair> pairs = List.of(
                new Pair(from(0, 90), from(0, 86)),
                new Pair(from(0, 90), from(0, 85)),
                new Pair(from(0, 90), from(0, 84)));
        Interval seeds = PairedScores.overSeeds(pairs, 100);
        assertThat(seeds.low()).isCloseTo(0.05 - 4.303 * 0.01 / Math.sqrt(3), within(1e-9));
        assertThat(PairedScores.overSeeds(pairs.subList(0, 1), 100).low())
                .isNegative()
                .isInfinite();
    }
}
