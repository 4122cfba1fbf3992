package dev.edgewright.controller.rollout;

import java.util.Locale;

/** What the stage before the first wave comes to. Pure. */
final class ShadowVerdict {

    private ShadowVerdict() {}

    static Decision of(Rollout rollout, WaveFacts facts) {
        var asked = rollout.request().terms().shadow();
        if (asked.isEmpty()) {
            return new Decision.ShadowPassed("no stage beside what serves is asked for");
        }
        var stage = asked.get();
        var shadow = facts.shadow();
        double confidence = rollout.request().gates().confidence();
        if (shadow.failure().isPresent()) {
            return RolloutDecider.stop(
                    rollout,
                    "it cannot run beside what serves: " + shadow.failure().get());
        }
        boolean enough = shadow.judged() >= stage.minRequests();
        double upper = 1 - Confidence.wilsonLower(shadow.judged() - shadow.agreed(), shadow.judged(), confidence);
        if (enough && upper < stage.minAgreement()) {
            return RolloutDecider.stop(
                    rollout,
                    "beside what serves, " + shadow.words()
                            + String.format(
                                    Locale.ROOT,
                                    "; with %.0f %% confidence at most %.2f %% would be, and %.2f %% are needed",
                                    100 * confidence,
                                    100 * upper,
                                    100 * stage.minAgreement()));
        }
        if (shadow.elapsed().compareTo(stage.time()) < 0) {
            return new Decision.Wait("beside what serves, " + shadow.words());
        }
        if (enough) {
            String words = "beside what serves, " + shadow.words()
                    + String.format(Locale.ROOT, "; %.2f %% are needed", 100 * stage.minAgreement());
            return shadow.agreement() >= stage.minAgreement()
                    ? new Decision.ShadowPassed(words)
                    : RolloutDecider.stop(rollout, words);
        }
        var pace = rollout.request().pace();
        var longest = stage.time().plus(pace.offerDeadline()).plus(pace.stepDeadline());
        return shadow.elapsed().compareTo(longest) < 0
                ? new Decision.Wait("waits for requests: " + shadow.judged() + " of " + stage.minRequests()
                        + " answers were compared")
                : RolloutDecider.stop(
                        rollout,
                        "only " + shadow.judged() + " of the " + stage.minRequests()
                                + " answers that are needed were compared in "
                                + shadow.elapsed().toSeconds()
                                + " s: no request, a busy device, or an agent that cannot run a"
                                + " variant beside; silence counts as failure");
    }
}
