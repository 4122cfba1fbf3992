package dev.edgewright.common.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RenewalTest {

    @Test
    void nothing_is_due_before_a_connection() {
        assertThat(new Renewal(new SplittableRandom(1)).due(Long.MAX_VALUE - 1)).isFalse();
    }

    @Test
    void the_first_is_due_within_a_minute_and_each_later_one_after_longer_up_to_the_longest() {
        var renewal = new Renewal(new SplittableRandom(1));
        renewal.connected(1_000);
        long step = Renewal.FIRST_MS;
        long before = 1_000;
        for (int i = 0; i < 12; i++) {
            long at = renewal.atMs();
            assertThat(at - before).isBetween(step, 2 * step);
            assertThat(renewal.due(at - 1)).isFalse();
            assertThat(renewal.due(at)).isTrue();
            assertThat(renewal.due(at)).isFalse();
            before = at;
            step = Math.min(2 * step, 32 * Renewal.FIRST_MS);
        }
    }

    @Test
    void a_new_connection_begins_with_the_shortest_again() {
        var renewal = new Renewal(new SplittableRandom(1));
        renewal.connected(0);
        IntStream.range(0, 5).forEach(i -> renewal.due(renewal.atMs()));
        renewal.connected(10_000_000);
        assertThat(renewal.atMs() - 10_000_000).isBetween(Renewal.FIRST_MS, 2 * Renewal.FIRST_MS);
    }

    @Test
    void devices_that_connect_together_do_not_renew_together() {
        var moments = IntStream.range(0, 1_000)
                .mapToObj(i -> {
                    var renewal = new Renewal(new SplittableRandom(i));
                    renewal.connected(0);
                    return renewal.atMs() / 1_000;
                })
                .distinct();
        assertThat(moments.count()).isGreaterThan(20);
    }
}
