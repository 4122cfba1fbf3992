package dev.edgewright.controller.rollout;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.controller.fleet.FleetService;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Brings a draft as far as it can go now: folds in what devices said and what time did, and decides until there is nothing to do. */
final class RolloutRun {

    private static final int MAX_DECISIONS = 1000;

    private final FleetService fleet;
    private final RolloutSteps steps;
    private final GateKeeper gates;
    private final RolloutBudgets budgets;
    private final AtomicLong lateReports = new AtomicLong();
    private final AtomicLong decisions = new AtomicLong();

    RolloutRun(FleetService fleet, RolloutSteps steps, GateKeeper gates, RolloutBudgets budgets) {
        this.fleet = fleet;
        this.steps = steps;
        this.gates = gates;
        this.budgets = budgets;
    }

    /**
     * @param devices that are looked at
     * @param withTime deadlines are looked at as well
     */
    void forward(LiveRollout rollout, LiveRollout.Draft draft, List<DeviceId> devices, boolean withTime) {
        fold(rollout, draft, devices, withTime);
        decide(draft);
    }

    private void fold(LiveRollout rollout, LiveRollout.Draft draft, List<DeviceId> devices, boolean withTime) {
        String model = rollout.rollout().request().model().value();
        var pace = rollout.rollout().request().pace();
        boolean held = withTime && budgets.held(rollout.rollout());
        for (DeviceId id : devices) {
            var before = rollout.target(id).orElseThrow();
            var after = fleet.get(id)
                    .map(device -> TargetFold.onReport(before, model, device.reported(), draft.now()))
                    .orElse(before);
            if (withTime) {
                after = TargetFold.onTime(after, pace, held, draft.now());
            }
            if (after != before) {
                draft.put(after);
            } else if (!withTime && before.state().settled()) {
                lateReports.incrementAndGet();
            }
        }
    }

    private void decide(LiveRollout.Draft draft) {
        for (int i = 0; i < MAX_DECISIONS; i++) {
            List<Breach> breaches =
                    comparing(draft.rollout().state()) ? gates.breaches(draft.rollout(), draft.targets()) : List.of();
            var decision = RolloutDecider.decide(draft.rollout(), steps.facts(draft, breaches));
            decisions.incrementAndGet();
            if (!steps.apply(draft, decision)) {
                steps.notePostponed(draft);
                return;
            }
        }
        throw EdgewrightException.bug(
                "ROLLOUT_LOOP", "rollout " + draft.rollout().id() + " decides without end");
    }

    private static boolean comparing(RolloutState state) {
        return state == RolloutState.RUNNING || state == RolloutState.PAUSED || state == RolloutState.AWAITING_APPROVAL;
    }

    long lateReports() {
        return lateReports.get();
    }

    long decisions() {
        return decisions.get();
    }
}
