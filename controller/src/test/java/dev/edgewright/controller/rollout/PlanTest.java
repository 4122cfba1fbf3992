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
}
