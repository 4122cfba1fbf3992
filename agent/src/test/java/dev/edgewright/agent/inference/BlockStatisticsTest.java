package dev.edgewright.agent.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockStatisticsTest {

    @Test
    void aDriftThatBothShareDoesNotWidenTheRatio() {
        BlockStatistics mine = new BlockStatistics();
        BlockStatistics theirs = new BlockStatistics();
        for (int i = 0; i < 20; i++) {
            double slower = 1 + i * 0.1;
            mine.add(new double[] {slower});
            theirs.add(new double[] {2 * slower});
        }
        BlockStatistics.Interval ratio = mine.ratioTo(theirs);
        assertThat(ratio.value()).isEqualTo(0.5, org.assertj.core.data.Offset.offset(1e-12));
        assertThat(BlockStatistics.width(ratio)).isLessThan(1e-9);
        assertThat(BlockStatistics.width(mine.median())).isGreaterThan(0.05);
    }

    @Test
    void theIntervalHoldsTheTrueRatioAsOftenAsItSays() {
        int held = 0;
        Random random = new Random(7);
        for (int trial = 0; trial < 1000; trial++) {
            BlockStatistics mine = new BlockStatistics();
            BlockStatistics theirs = new BlockStatistics();
            for (int i = 0; i < 8; i++) {
                mine.add(new double[] {3 * Math.exp(0.1 * random.nextGaussian())});
                theirs.add(new double[] {4 * Math.exp(0.1 * random.nextGaussian())});
            }
            BlockStatistics.Interval ratio = mine.ratioTo(theirs);
            held += ratio.low() <= 0.75 && 0.75 <= ratio.high() ? 1 : 0;
        }
        assertThat(held).isBetween(925, 975);
    }

    @Test
    void oneBlockSaysLittle() {
        BlockStatistics one = new BlockStatistics();
        one.add(new double[] {1, 2, 3});
        assertThat(BlockStatistics.width(one.median())).isGreaterThan(0.5);
        assertThat(one.quantile(0.5)).isEqualTo(2);
        assertThat(one.joules()).isZero();
    }
}
