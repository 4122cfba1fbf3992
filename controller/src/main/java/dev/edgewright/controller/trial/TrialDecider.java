package dev.edgewright.controller.trial;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.TrialPhase;
import dev.edgewright.common.protocol.v1.TrialResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What to do next with a trial, given only what is true now. Pure. */
final class TrialDecider {

    /** What to do. */
    sealed interface Decision {}

    record Wait() implements Decision {}

    record NextRound(List<Digest> candidates, String why) implements Decision {}

    record Finish(Trial.State how, String why) implements Decision {}

    private TrialDecider() {}

    /**
     * @param answers of each device: its results of this trial
     * @param contender a candidate with what the class measured of it; empty when it is out or nobody measured it
     * @param newcomers not measured yet, and after what was measured thought to be better than this one
     */
    static Decision decide(
            Trial trial,
            Map<DeviceId, List<TrialResult>> answers,
            Instant now,
            Function<Digest, Optional<HalvingSchedule.Contender>> contender,
            Function<HalvingSchedule.Contender, List<Digest>> newcomers) {
        long ready = trial.asked().stream()
                .filter(device -> answered(trial, answers.getOrDefault(device, List.of())))
                .count();
        boolean late = now.isAfter(trial.deadline());
        if (ready < trial.asked().size() && !late) {
            return new Wait();
        }
        if (ready == 0) {
            return trial.round() == 1
                    ? new Finish(
                            Trial.State.UNANSWERED,
                            "none of " + trial.devices().size() + " devices measured anything in time; it goes by"
                                    + " predictions")
                    : new Finish(
                            Trial.State.DONE, "nobody answered round " + trial.round() + "; it goes by the one before");
        }
        var left = new ArrayList<HalvingSchedule.Contender>();
        for (Digest candidate : trial.candidates()) {
            contender.apply(candidate).ifPresent(left::add);
        }
        if (left.isEmpty()) {
            return new Finish(Trial.State.DONE, "every candidate went out");
        }
        var on = HalvingSchedule.next(trial.round(), left);
        var best = left.stream()
                .min(Comparator.comparingDouble(HalvingSchedule.Contender::value))
                .orElseThrow();
        var joining = late || trial.round() >= HalvingSchedule.ROUNDS ? List.<Digest>of() : newcomers.apply(best);
        if (!joining.isEmpty()) {
            var all = new ArrayList<>(on.orElse(List.of(best.manifest())));
            all.addAll(joining);
            return new NextRound(
                    all,
                    joining.size() + " more join after round " + trial.round()
                            + ": by what was measured they may be faster than the best so far");
        }
        if (on.isEmpty() || late) {
            return new Finish(
                    Trial.State.DONE,
                    "decided after round " + trial.round() + ", " + left.size() + " of "
                            + trial.candidates().size() + " candidates were good");
        }
        return new NextRound(
                on.get(), on.get().size() + " of " + trial.candidates().size() + " go on after round " + trial.round());
    }

    private static boolean answered(Trial trial, List<TrialResult> results) {
        return trial.candidates().stream()
                .allMatch(candidate -> results.stream()
                        .anyMatch(r -> r.getManifest().equals(candidate.toByteString()) && over(r, trial.round())));
    }

    private static boolean over(TrialResult result, int round) {
        return result.getPhase() == TrialPhase.TRIAL_PHASE_OUT
                || result.getPhase() == TrialPhase.TRIAL_PHASE_MEASURED && result.getRound() == round;
    }
}
