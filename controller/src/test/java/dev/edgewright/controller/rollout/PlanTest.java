package dev.edgewright.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.controller.rollout.WavePlanner.Size;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How devices are cut into waves that grow. */
class PlanTest {

    private static List<Integer> sizes(int devices, WaveSpec... specs) {
        return WavePlanner.sizes(List.of(specs), devices).stream()
                .map(Size::devices)
                .toList();
    }

    @Test
    void growing_waves_double_until_every_device_is_in_one() {
        assertThat(sizes(20, WaveSpec.growing(1, 2))).containsExactly(1, 2, 4, 8, 5);
        assertThat(sizes(1, WaveSpec.growing(1, 2))).containsExactly(1);
        assertThat(sizes(7, WaveSpec.growing(10, 3))).containsExactly(7);
        assertThat(sizes(10, WaveSpec.growing(2, 1.5))).containsExactly(2, 3, 5);
        assertThat(sizes(9, WaveSpec.growing(3, 1))).containsExactly(3, 3, 3);
    }

    @Test
    void growing_waves_take_what_a_canary_by_count_leaves() {
        assertThat(sizes(100, WaveSpec.ofCount(1), WaveSpec.growing(10, 3))).containsExactly(1, 10, 30, 59);
        assertThat(sizes(1, WaveSpec.ofCount(1), WaveSpec.growing(10, 3))).containsExactly(1);
    }

    @Test
    void approval_of_growing_waves_is_asked_for_once_before_the_first() {
        var sizes = WavePlanner.sizes(
                List.of(WaveSpec.ofCount(1), WaveSpec.growing(2, 2).afterApproval()), 7);
        assertThat(sizes).containsExactly(new Size(1, false), new Size(2, true), new Size(4, false));
    }

    @Test
    void growing_waves_beside_percentages_or_not_last_or_twice_are_refused() {
        assertThatThrownBy(() -> sizes(10, WaveSpec.ofPercent(10), WaveSpec.growing(1, 2)))
                .hasMessageContaining("not with waves by percent");
        assertThatThrownBy(() -> sizes(10, WaveSpec.growing(1, 2), WaveSpec.ofCount(1)))
                .hasMessageContaining("they come last");
        assertThatThrownBy(() -> sizes(10, WaveSpec.growing(1, 2), WaveSpec.growing(1, 2)))
                .hasMessageContaining("once");
    }

    @Test
    void growing_waves_that_hardly_grow_are_refused_before_there_are_thousands() {
        assertThatThrownBy(() -> sizes(5000, WaveSpec.growing(1, 1)))
                .hasMessageContaining("more than 200 for 5000 devices")
                .hasMessageContaining("start or grow larger");
    }

    @Test
    void a_start_or_factor_out_of_bounds_is_refused() {
        assertThatThrownBy(() -> WaveSpec.growing(0, 2)).hasMessageContaining("at least 1 device");
        assertThatThrownBy(() -> WaveSpec.growing(1, 0.5)).hasMessageContaining("in 1..100");
        assertThatThrownBy(() -> WaveSpec.growing(1, Double.NaN)).hasMessageContaining("in 1..100");
    }

    @Test
    void percents_that_rise_to_a_hundred_are_how_far_the_rollout_has_come() {
        assertThat(sizes(101, WaveSpec.ofCount(1), WaveSpec.ofPercent(25), WaveSpec.ofPercent(100)))
                .containsExactly(1, 25, 75);
        assertThat(sizes(200, WaveSpec.ofPercent(1), WaveSpec.ofPercent(10), WaveSpec.ofPercent(100)))
                .containsExactly(2, 18, 180);
    }

    @Test
    void percents_that_add_up_to_a_hundred_are_shares_even_where_they_rise() {
        assertThat(sizes(100, WaveSpec.ofPercent(20), WaveSpec.ofPercent(80))).containsExactly(20, 80);
        assertThat(sizes(100, WaveSpec.ofPercent(80), WaveSpec.ofPercent(20))).containsExactly(80, 20);
        assertThat(sizes(10, WaveSpec.ofPercent(100))).containsExactly(10);
    }

    @Test
    void percents_that_neither_add_up_nor_rise_to_a_hundred_are_refused_with_both_ways() {
        assertThatThrownBy(() -> sizes(10, WaveSpec.ofPercent(50), WaveSpec.ofPercent(100), WaveSpec.ofPercent(100)))
                .hasMessageContaining("add up to 250 %")
                .hasMessageContaining("such as 20%,80%")
                .hasMessageContaining("such as 20%,100%");
        assertThatThrownBy(() -> sizes(10, WaveSpec.ofPercent(25), WaveSpec.ofPercent(90)))
                .hasMessageContaining("add up to 115 %");
    }
}
