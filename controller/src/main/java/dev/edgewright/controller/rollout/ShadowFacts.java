package dev.edgewright.controller.rollout;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What is known of the variants that run beside, over the devices of the first wave.
 *
 * @param able devices that serve another variant of the model now, so that something can run beside it
 * @param running devices that were told to
 * @param failure of the first device that cannot, with its name
 * @param elapsed since it began
 * @param compared requests that both answered
 * @param agreed of them, with the same answer
 * @param errors requests that only the variant that serves could answer
 * @param dropped sampled, and left out because devices were busy
 * @param cost in words: latency, joules, memory
 */
record ShadowFacts(
        int able,
        int running,
        Optional<String> failure,
        Duration elapsed,
        long compared,
        long agreed,
        long errors,
        long dropped,
        String cost) {

    static final ShadowFacts NONE = new ShadowFacts(0, 0, Optional.empty(), Duration.ZERO, 0, 0, 0, 0, "");

    /** Answers that count: an error is a disagreement. */
    long judged() {
        return compared + errors;
    }

    double agreement() {
        return judged() == 0 ? 0 : (double) agreed / judged();
    }

    String words() {
        return String.format(
                Locale.ROOT,
                "%d of %d answers on %d devices were the same (%.2f %%)%s%s%s",
                agreed,
                judged(),
                running,
                100 * agreement(),
                errors > 0 ? ", " + errors + " of them failed" : "",
                dropped > 0 ? "; " + dropped + " more were left out because the devices were busy" : "",
                cost.isEmpty() ? "" : "; " + cost);
    }
}
