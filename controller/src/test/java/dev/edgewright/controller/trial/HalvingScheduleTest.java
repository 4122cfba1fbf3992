package dev.edgewright.controller.trial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.id.Digest;
import dev.edgewright.controller.trial.HalvingSchedule.Contender;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class HalvingScheduleTest {

    private static Contender contender(String name, double value, double off) {
        return new Contender(
                Digest.of(name.getBytes()), value, value * (1 - off), value * (1 + off), name.equals("fp32"));
    }

    private static Digest digest(String name) {
        return Digest.of(name.getBytes());
    }

    @Test
    void the_best_by_prediction_the_least_certain_and_the_original_are_measured() {
        var entrants = HalvingSchedule.entrants(
                List.of(
                        contender("a", 1.0, 0.1),
                        contender("b", 1.05, 0.1),
                        contender("unsure", 2.0, 0.6),
                        contender("hopeless", 3.0, 0.1),
                        contender("fp32", 2.5, 0.1)),
                2);
        assertThat(entrants).containsExactly(digest("a"), digest("b"), digest("unsure"), digest("fp32"));
    }

    @Test
    void one_that_is_ahead_beyond_doubt_needs_no_trial() {
        assertThat(HalvingSchedule.entrants(List.of(contender("a", 1, 0.1), contender("fp32", 2, 0.1)), 3))
                .containsExactly(digest("a"));
    }

    @Test
    void whose_best_case_is_worse_than_the_best_ones_worst_is_dropped() {
        assertThat(HalvingSchedule.next(1, List.of(contender("a", 1, 0.05), contender("b", 2, 0.05))))
                .isEmpty();
        assertThat(HalvingSchedule.next(
                        1,
                        List.of(
                                contender("a", 1, 0.1),
                                contender("b", 1.05, 0.1),
                                contender("c", 1.1, 0.1),
                                contender("d", 2, 0.1))))
                .contains(List.of(digest("a"), digest("b")));
    }

    @Test
    void as_good_as_the_same_is_decided() {
        assertThat(HalvingSchedule.next(1, List.of(contender("a", 1, 0.001), contender("b", 1.002, 0.001))))
                .isEmpty();
    }

    @Test
    void one_that_can_hardly_be_better_and_may_be_far_worse_is_not_measured_again() {
        assertThat(HalvingSchedule.next(1, List.of(contender("a", 1, 0.002), contender("b", 1.05, 0.06))))
                .as("at best 0.987: the choice of a loses less than 2 %")
                .isEmpty();
        assertThat(HalvingSchedule.next(1, List.of(contender("a", 1, 0.002), contender("b", 1.05, 0.09))))
                .as("at best 0.956")
                .contains(List.of(digest("a"), digest("b")));
    }

    @Test
    void the_last_round_ends_it_and_takes_the_whole_time() {
        assertThat(HalvingSchedule.next(3, List.of(contender("a", 1, 0.2), contender("b", 1, 0.2))))
                .isEmpty();
        assertThat(HalvingSchedule.measureMs(1, 8000)).isEqualTo(2000);
        assertThat(HalvingSchedule.measureMs(2, 8000)).isEqualTo(4000);
        assertThat(HalvingSchedule.measureMs(3, 8000)).isEqualTo(8000);
    }

    /** Whatever the values: rounds end, the best by measurement always goes on, and nobody comes back. */
    @Property
    void the_best_goes_on_and_rounds_get_smaller(@ForAll long seed, @ForAll @IntRange(min = 2, max = 14) int size) {
        var random = new Random(seed);
        List<Contender> left = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            left.add(contender("v" + i, 0.5 + random.nextDouble(), 0.3 * random.nextDouble()));
        }
        for (int round = 1; ; round++) {
            assertThat(round).isLessThanOrEqualTo(3);
            var before = left;
            Optional<List<Digest>> next = HalvingSchedule.next(round, left);
            if (next.isEmpty()) {
                return;
            }
            Digest best = before.stream()
                    .min(java.util.Comparator.comparingDouble(Contender::value).thenComparing(Contender::manifest))
                    .orElseThrow()
                    .manifest();
            assertThat(next.get()).contains(best).hasSizeLessThanOrEqualTo(Math.max(2, (before.size() + 1) / 2));
            left = before.stream()
                    .filter(c -> next.get().contains(c.manifest()))
                    .toList();
        }
    }
}
