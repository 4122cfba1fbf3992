package dev.edgewright.controller.events;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How deliveries are tried again.
 *
 * @param attempts after which a delivery is dead
 * @param first pause after the first failure; doubles each time
 * @param longest pause
 * @param within an attempt that has no answer by then failed
 */
public record DeliveryPolicy(int attempts, Duration first, Duration longest, Duration within) {

    /** About nine hours in all. */
    public static final DeliveryPolicy DEFAULT =
            new DeliveryPolicy(16, Duration.ofSeconds(5), Duration.ofHours(1), Duration.ofSeconds(10));

    /** Pause after that many failures, with jitter of half of it, so that a receiver that comes back is not overrun. */
    Duration pause(int failures, RandomGenerator random) {
        double millis = Math.min((double) longest.toMillis(), first.toMillis() * Math.pow(2, failures - 1.0));
        return Duration.ofMillis((long) (millis * (0.5 + 0.5 * random.nextDouble())));
    }
}
