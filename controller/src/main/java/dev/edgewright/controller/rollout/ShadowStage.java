package dev.edgewright.controller.rollout;

import dev.edgewright.common.error.EdgewrightException;
import java.time.Duration;

/**
 * The stage before the first wave: its devices run the new variant beside the one that serves, on a share of the real requests.
 * Nothing is switched before it has passed.
 *
 * @param time how long it goes on at least, counted from when it began
 * @param sample share of the requests that are run twice, above 0 and at most 1
 * @param minAgreement share of the compared answers that have to be the same, 0..1
 * @param minRequests compared answers, over all devices, that a verdict needs
 */
public record ShadowStage(Duration time, double sample, double minAgreement, long minRequests) {

    public static final long USUAL_REQUESTS = 100;

    public ShadowStage {
        if (time.compareTo(Duration.ofSeconds(1)) < 0 || time.compareTo(Duration.ofDays(7)) > 0) {
            throw EdgewrightException.caller(
                    "SHADOW_INVALID", "shadow.seconds must be from 1 to 604800 (a week): " + time.toSeconds());
        }
        if (!(sample > 0 && sample <= 1)) {
            throw EdgewrightException.caller(
                    "SHADOW_INVALID",
                    "shadow.sample is a share of the requests, above 0 and at most 1, for example 0.1: " + sample);
        }
        if (!(minAgreement >= 0 && minAgreement <= 1)) {
            throw EdgewrightException.caller(
                    "SHADOW_INVALID",
                    "shadow.minAgreement is a share and must be in 0..1, for example 0.99: " + minAgreement);
        }
        if (minRequests < 1) {
            throw EdgewrightException.caller("SHADOW_INVALID", "shadow.minRequests must be at least 1: " + minRequests);
        }
    }
}
