package dev.edgewright.controller.rollout;

import java.util.List;

/** What to do next with a rollout. Each carries the reason, in words with numbers, that goes into its history. */
public sealed interface Decision {

    String why();

    /** Nothing until something changes or time passes. */
    record Wait(String why) implements Decision {}

    /** Leave SCHEDULED. */
    record Start(String why) implements Decision {}

    /** Run the new variant beside what serves on the devices of the first wave. */
    record Shadow(String why) implements Decision {}

    /** It agreed; the first wave may begin. */
    record ShadowPassed(String why) implements Decision {}

    /** The wave needs a person's yes. */
    record AskApproval(int wave, String why) implements Decision {}

    record StartWave(int wave, String why) implements Decision {}

    /** Offer the variant to every device of the wave that may be offered now. */
    record Offer(int wave, String why) implements Decision {}

    /** What is left of the wave waits for its battery: it moves to the last wave, so that the others need not wait. */
    record Defer(int wave, String why) implements Decision {}

    /** Every device of the wave ended; soak. */
    record Settle(int wave, String why) implements Decision {}

    record FinishWave(int wave, String why) implements Decision {}

    /**
     * A gate is broken: hold, or go back.
     *
     * @param breaches all that are; empty where no gate spoke
     */
    record Stop(boolean revert, String why, List<Breach> breaches) implements Decision {}

    /** A gate is broken for one variant on one hardware class: stop just that. */
    record StopGroup(String group, boolean revert, String why, List<Breach> breaches) implements Decision {}

    /** The last wave is done. */
    record Finish(String why) implements Decision {}

    /** Every device is back, or will be when it returns. */
    record FinishRevert(String why) implements Decision {}
}
