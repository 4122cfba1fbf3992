package dev.edgewright.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private long now;

    @Test
    void theCeilingDoublesUpToTheCapAndTheWaitIsAnywhereBelow() {
        List<Long> longest = new ArrayList<>(List.of(0L, 0L, 0L, 0L, 0L, 0L));
        for (int device = 0; device < 2000; device++) {
            Backoff backoff = backoff(device);
            for (int n = 0; n < 6; n++) {
                longest.set(n, Math.max(longest.get(n), backoff.lost().toMillis()));
            }
        }
        long[] ceilings = {100, 200, 400, 800, 1000, 1000};
        for (int n = 0; n < 6; n++) {
            assertThat(longest.get(n)).isBetween(ceilings[n] * 9 / 10, ceilings[n]);
        }
    }

    @Test
    void aConnectionThatHeldStartsAnew() {
        Backoff backoff = backoff(1);
        for (int i = 0; i < 10; i++) {
            backoff.lost();
        }
        backoff.connected();
        now += Duration.ofMinutes(5).toNanos();
        assertThat(backoff.lost().toMillis()).isLessThanOrEqualTo(100);
    }

    @Test
    void aConnectionThatIsLostAtOnceDoesNot() {
        long longest = 0;
        for (int device = 0; device < 200; device++) {
            Backoff backoff = backoff(device);
            for (int i = 0; i < 10; i++) {
                backoff.connected();
                now += Duration.ofSeconds(1).toNanos();
                longest = Math.max(longest, backoff.lost().toMillis());
            }
        }
        assertThat(longest).isGreaterThan(900);
    }

    private Backoff backoff(int seed) {
        return new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), new Random(seed), () -> now);
    }
}
