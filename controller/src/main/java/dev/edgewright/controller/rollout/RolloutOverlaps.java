package dev.edgewright.controller.rollout;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The live rollouts of the same model that hold devices which a planned one wants. A device follows one of them: the planned one takes it
 * when its priority is higher than that of each, and is refused otherwise.
 *
 * @param planned the newcomer
 * @param held by rollout, the devices that both want
 */
record RolloutOverlaps(Rollout planned, Map<LiveRollout, List<DeviceId>> held) {

    static RolloutOverlaps of(RolloutPlanner.Plan plan, Collection<LiveRollout> live) {
        var wanted = new HashSet<DeviceId>();
        plan.targets().stream().filter(t -> !t.state().neutral()).forEach(t -> wanted.add(t.device()));
        var overlaps = new LinkedHashMap<LiveRollout, List<DeviceId>>();
        for (LiveRollout other : live) {
            boolean sameModel = other.rollout()
                    .request()
                    .model()
                    .equals(plan.rollout().request().model());
            if (!sameModel || !other.rollout().state().live()) {
                continue;
            }
            var shared = other.targets().stream()
                    .filter(t -> !t.state().neutral() && wanted.contains(t.device()))
                    .map(Target::device)
                    .toList();
            if (!shared.isEmpty()) {
                overlaps.put(other, shared);
            }
        }
        return new RolloutOverlaps(plan.rollout(), overlaps);
    }

    /** @throws EdgewrightException ROLLOUT_OVERLAPS, naming the rollout that is in the way */
    void refuseUnlessHighest() {
        held.forEach((live, devices) -> {
            Rollout other = live.rollout();
            if (planned.request().priority() <= other.request().priority()) {
                throw EdgewrightException.caller(
                        "ROLLOUT_OVERLAPS",
                        "rollout " + other.id() + " of the same model is " + other.state() + " and holds "
                                + devices.size() + " of these devices, first " + devices.get(0)
                                + "; abort it, wait for it, or ask with a priority above "
                                + other.request().priority());
            }
        });
    }

    /** Writes into the draft of a rollout that the devices both want are the planned one's from now on. */
    void take(LiveRollout other, LiveRollout.Draft draft) {
        var devices = held.get(other);
        for (DeviceId device : devices) {
            var target = other.target(device).orElseThrow();
            RolloutTables.TARGET
                    .next(target.state(), TargetEvent.SUPERSEDE)
                    .ifPresent(next -> draft.put(
                            target.in(next, draft.now(), Optional.of("SUPERSEDED: taken by rollout " + planned.id()))));
        }
        draft.note(
                "verdict",
                planned.request().createdBy(),
                devices.size() + " devices were taken by rollout " + planned.id() + " of higher priority");
    }
}
