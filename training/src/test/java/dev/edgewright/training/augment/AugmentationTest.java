package dev.edgewright.training.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AugmentationTest {

    private static final long[] SHAPE = {2, 3, 4};
    private static final int ELEMENTS = 24;

    /** Two samples of two channels, every pixel another number. */
    private static float[] samples() {
        float[] values = new float[2 * ELEMENTS];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 1;
        }
        return values;
    }

    /** All results for the second sample, after which the first must be as it was. */
    private static Set<List<Float>> results(Augmentation change, int times) {
        SplittableRandom random = new SplittableRandom(5);
        Set<List<Float>> results = new HashSet<>();
        for (int i = 0; i < times; i++) {
            float[] batch = samples();
            change.apply(batch, ELEMENTS, SHAPE, random);
            assertThat(Arrays.copyOf(batch, ELEMENTS)).containsExactly(Arrays.copyOf(samples(), ELEMENTS));
            Float[] second = new Float[ELEMENTS];
            Arrays.setAll(second, k -> batch[ELEMENTS + k]);
            results.add(List.of(second));
        }
        return results;
    }

    @Test
    void aFlipMirrorsEveryRowOrNothing() {
        Set<List<Float>> results = results(Augmentation.flip(), 40);
        assertThat(results).hasSize(2);
        assertThat(results.stream().map(one -> one.subList(0, 8)))
                .containsExactlyInAnyOrder(
                        List.of(25f, 26f, 27f, 28f, 29f, 30f, 31f, 32f),
                        List.of(28f, 27f, 26f, 25f, 32f, 31f, 30f, 29f));
    }

    @Test
    void aShiftMovesBothChannelsAlikeAndFillsTheRim() {
        Set<List<Float>> results = results(Augmentation.shift(1, -9), 400);
        assertThat(results).as("three rows times three columns").hasSize(9);
        assertThat(results).allSatisfy(one -> {
            for (int p = 0; p < 12; p++) {
                float first = one.get(p);
                float second = one.get(12 + p);
                assertThat(second).isEqualTo(first == -9 ? -9 : first + 12);
            }
        });
        // Up by one and left by one: what was in the second row and column is first, the last row and column are rim.
        assertThat(results.stream().map(one -> one.subList(0, 12)))
                .contains(List.of(30f, 31f, 32f, -9f, 34f, 35f, 36f, -9f, -9f, -9f, -9f, -9f));
    }

    @Test
    void aCutErasesOneSquareOfBothChannels() {
        for (List<Float> one : results(Augmentation.cutout(2, 0), 100)) {
            long first = one.subList(0, 12).stream().filter(v -> v == 0).count();
            long second = one.subList(12, 24).stream().filter(v -> v == 0).count();
            assertThat(first).isEqualTo(second).isBetween(1L, 4L);
        }
    }

    @Test
    void viewsAreFewAndFollowFromTheSampleAlone() {
        Augmentation views = Augmentation.views(3, Augmentation.shift(2, 0));
        Set<List<Float>> results = results(views, 60);
        assertThat(results).hasSizeBetween(2, 3);
        assertThat(results(views, 200)).isEqualTo(results);
        assertThatThrownBy(() -> Augmentation.views(0, Augmentation.none()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one");
    }
}
