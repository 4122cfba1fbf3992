package dev.edgewright.controller.rollout;

import dev.edgewright.controller.rollout.GatePolicy.OnBreach;
import dev.edgewright.controller.rollout.GatePolicy.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The one place that decides what a rollout does next. Pure: the same rollout and facts give the same decision, at any time, any
 * number of times.
 */
public final class RolloutDecider {

    /** Ended devices that the early stop by confidence bound needs; below it only certain failures stop a wave. */
    static final int EARLY_STOP_DEVICES = 10;

    private RolloutDecider() {}

    static Decision decide(Rollout rollout, WaveFacts facts) {
        return switch (rollout.state()) {
            case SCHEDULED -> scheduled(rollout, facts);
            case SHADOWING -> ShadowVerdict.of(rollout, facts);
            case RUNNING -> breach(rollout, facts).orElseGet(() -> run(rollout, facts));
            case AWAITING_APPROVAL ->
                breach(rollout, facts)
                        .orElseGet(() -> new Decision.Wait(Wave.named(rollout.currentWave()) + " waits for approval"));
            case PAUSED -> breach(rollout, facts).orElseGet(() -> new Decision.Wait("paused"));
            case REVERTING ->
                facts.goingBack() > 0
                        ? new Decision.Wait(Words.devices(facts.goingBack())
                                + (facts.goingBack() == 1 ? " is on its way back" : " are on their way back"))
                        : new Decision.FinishRevert(
                                "every device that was offered something is back, or will be when it returns");
            case HALTED, REVERTED, ABORTED, SUCCEEDED -> new Decision.Wait(rollout.reason());
        };
    }

    private static Decision scheduled(Rollout rollout, WaveFacts facts) {
        var startAt = rollout.request().pace().startAt();
        if (startAt.isPresent() && facts.now().isBefore(startAt.get())) {
            return new Decision.Wait("starts at " + startAt.get());
        }
        if (rollout.request().terms().shadow().isEmpty()) {
            return new Decision.Start("started");
        }
        return facts.shadow().able() == 0
                ? new Decision.Start(
                        "started; no device of wave 1 serves another variant now, so nothing can run beside it")
                : new Decision.Shadow("runs beside what serves on "
                        + Words.devices(facts.shadow().able()) + " of wave 1, on "
                        + 100 * rollout.request().terms().shadow().get().sample() + " % of their requests, for "
                        + rollout.request().terms().shadow().get().time().toSeconds() + " s");
    }

    private static Decision run(Rollout rollout, WaveFacts facts) {
        int index = rollout.currentWave();
        if (index == rollout.waves().size()) {
            return new Decision.Finish(index == 1 ? "its one wave is done" : "all " + index + " waves are done");
        }
        Wave wave = rollout.waves().get(index);
        return switch (wave.state()) {
            case PENDING ->
                wave.needsApproval()
                        ? new Decision.AskApproval(index, Wave.named(index) + " needs approval before it begins")
                        : new Decision.StartWave(
                                index, Wave.named(index) + " begins with " + Words.devices(wave.devices()));
            case RUNNING -> running(rollout, index, facts);
            case SOAKING -> soaking(rollout, wave, facts);
            case DONE, STOPPED -> throw new IllegalStateException("a done wave is never the current one");
        };
    }

    private static Decision running(Rollout rollout, int index, WaveFacts facts) {
        if (facts.offerable() > 0) {
            return new Decision.Offer(
                    index, "offered to " + Words.devices(facts.offerable()) + " of " + Wave.named(index));
        }
        if (facts.planned() > 0) {
            boolean onlyBatteries = facts.lowBattery() == facts.planned() && facts.inFlight() == 0;
            // A wave of which nobody answered yet has shown nothing: it must not be passed by.
            boolean shown = facts.committed() > 0;
            if (onlyBatteries && shown && index < rollout.waves().size() - 1) {
                return new Decision.Defer(
                        index,
                        Words.devices(facts.planned()) + " of " + Wave.named(index)
                                + " waiting for battery, moved to the last wave");
            }
            return new Decision.Wait(Words.devices(facts.planned()) + " of " + Wave.named(index) + " waiting for "
                    + (facts.lowBattery() == 0
                            ? "the maintenance window"
                            : facts.lowBattery() == facts.planned() ? "battery" : "battery or the maintenance window"));
        }
        if (facts.inFlight() > 0) {
            return new Decision.Wait(Words.devices(facts.inFlight()) + " of " + Wave.named(index) + " on the way");
        }
        return new Decision.Settle(
                index, Wave.named(index) + ": " + facts.committed() + " committed, " + facts.failed() + " failed");
    }

    private static Decision soaking(Rollout rollout, Wave wave, WaveFacts facts) {
        if (facts.inFlight() > 0) {
            // A device that was silent has spoken again; its end is still awaited, and the soak time with it.
            return new Decision.Wait(
                    Words.devices(facts.inFlight()) + " of " + Wave.named(wave.index()) + " on the way again");
        }
        var until = wave.settledAt().orElseThrow().plus(rollout.request().pace().soak());
        if (facts.now().isBefore(until)) {
            return new Decision.Wait(Wave.named(wave.index()) + " is watched until " + until);
        }
        double needed = rollout.request().gates().minSuccessRatio();
        int tolerated = Math.min(rollout.toleratedFailures(), facts.failed());
        int counted = facts.counted() - tolerated;
        if (counted > 0 && facts.committed() < needed * counted - 1e-9) {
            String words = Words.of(
                    "%s: %d of %d devices committed, at least %.1f %% are needed",
                    Wave.named(wave.index()), facts.committed(), counted, 100 * needed);
            return stop(rollout, List.of(new Breach(Gate.SUCCESS, Breach.WHOLE, 0, words)));
        }
        return new Decision.FinishWave(
                wave.index(),
                Wave.named(wave.index()) + " is done: " + facts.committed() + " committed, " + facts.failed()
                        + " failed");
    }

    /** For a reason that is no gate's. */
    static Decision stop(Rollout rollout, String words) {
        return new Decision.Stop(rollout.request().gates().onBreach() == OnBreach.REVERT, words, List.of());
    }

    private static Decision stop(Rollout rollout, List<Breach> breaches) {
        return new Decision.Stop(rollout.request().gates().onBreach() == OnBreach.REVERT, words(breaches), breaches);
    }

    private static String words(List<Breach> breaches) {
        String first = breaches.get(0).words();
        return breaches.size() == 1
                ? first
                : first + "; and " + (breaches.size() - 1) + " more, which the history tells";
    }

    /** What the gates that are broken ask for; of groups that are stopped alone, the first. */
    static Optional<Decision> breach(Rollout rollout, WaveFacts facts) {
        var breaches = new ArrayList<Breach>();
        failures(rollout, facts).map(RolloutDecider::ofAll).ifPresent(breaches::add);
        breaches.addAll(facts.breaches());
        if (breaches.isEmpty()) {
            return Optional.empty();
        }
        if (rollout.request().gates().scope() == Scope.ROLLOUT) {
            return Optional.of(stop(rollout, breaches));
        }
        String group = breaches.get(0).group();
        breaches.removeIf(b -> !b.group().equals(group));
        return Optional.of(new Decision.StopGroup(
                group, rollout.request().gates().onBreach() == OnBreach.REVERT, words(breaches), breaches));
    }

    private static Breach ofAll(Failures failures) {
        return new Breach(Gate.FAILURES, Breach.WHOLE, failures.devices(), failures.words());
    }

    /** More devices failed than may. */
    private record Failures(int devices, String words) {}

    private static Optional<Failures> failures(Rollout rollout, WaveFacts facts) {
        var gates = rollout.request().gates();
        if (gates.scope() == Scope.VARIANT_AND_CLASS) {
            // Each group is judged alone, among the breaches.
            return Optional.empty();
        }
        int tolerated = rollout.toleratedFailures();
        int failed = Math.max(0, facts.failed() - tolerated);
        int failedInAll = Math.max(0, facts.failedInAll() - tolerated);
        if (failed > gates.maxFailureRatio() * facts.counted() + 1e-9) {
            String where = Wave.named(rollout.currentWave());
            return Optional.of(new Failures(facts.failedInAll(), failures(where, failed, facts.counted(), gates)));
        }
        if (failedInAll > gates.maxFailureRatio() * facts.startedInAll() + 1e-9) {
            return Optional.of(
                    new Failures(facts.failedInAll(), failures("all waves", failedInAll, facts.startedInAll(), gates)));
        }
        int ended = facts.committed() + failed;
        double lower = Confidence.wilsonLower(failed, ended, gates.confidence());
        if (ended >= EARLY_STOP_DEVICES && lower > gates.maxFailureRatio()) {
            return Optional.of(new Failures(
                    facts.failedInAll(),
                    Words.of(
                            "%s: %d of the %d devices that ended failed; with %.0f %% confidence more than %.1f %% of all"
                                    + " would, and %.1f %% are allowed",
                            Wave.named(rollout.currentWave()),
                            failed,
                            ended,
                            100 * gates.confidence(),
                            100 * lower,
                            100 * gates.maxFailureRatio())));
        }
        return Optional.empty();
    }

    private static String failures(String where, int failed, int of, GatePolicy gates) {
        return Words.of(
                "%s: %d of %d devices failed, %.1f %% are allowed", where, failed, of, 100 * gates.maxFailureRatio());
    }
}
