package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.RolloutId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The rollouts that are held in memory: every live one, and the last that ended, for people and metrics go on looking at them and thousands
 * of targets are slow to read anew each time. Its owner's lock guards it, but for {@link #cohort}.
 */
final class LiveRollouts {

    private static final int ENDED_IN_MEMORY = 4;

    private final RolloutStore store;
    private final Map<RolloutId, LiveRollout> live = new ConcurrentHashMap<>();
    private final Map<RolloutId, LiveRollout> ended = new LinkedHashMap<>(8, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RolloutId, LiveRollout> eldest) {
            return size() > ENDED_IN_MEMORY;
        }
    };

    LiveRollouts(RolloutStore store) {
        this.store = store;
    }

    /** Forgets all; who leads then reads what is live. */
    void reload(boolean leads) {
        live.clear();
        ended.clear();
        if (leads) {
            store.live().forEach(r -> live.put(r.id(), LiveRollout.load(store, r)));
        }
    }

    Collection<LiveRollout> all() {
        return live.values();
    }

    Optional<LiveRollout> find(RolloutId id) {
        return Optional.ofNullable(live.get(id));
    }

    Optional<LiveRollout> ended(RolloutId id) {
        return Optional.ofNullable(ended.get(id));
    }

    void put(LiveRollout rollout) {
        ended.remove(rollout.rollout().id());
        live.put(rollout.rollout().id(), rollout);
    }

    /** True when it was live until now. */
    boolean end(LiveRollout rollout) {
        if (live.remove(rollout.rollout().id()) == null) {
            return false;
        }
        ended.put(rollout.rollout().id(), rollout);
        return true;
    }

    /** Another controller changed it: as the store has it. */
    void readAgain(RolloutId id) {
        ended.remove(id);
        live.computeIfPresent(
                id,
                (key, old) -> store.find(id)
                        .map(stored -> LiveRollout.load(store, stored))
                        .orElse(null));
    }

    /** Where a device is in a live rollout of the model: "canary", "wave", or "stable". From any thread. */
    String cohort(DeviceId device, String model) {
        for (LiveRollout rollout : live.values()) {
            if (rollout.rollout().request().model().value().equals(model)) {
                var target = rollout.target(device);
                if (target.isPresent()
                        && target.get().sequence() > 0
                        && !target.get().state().neutral()) {
                    return target.get().wave() == 0 ? "canary" : "wave";
                }
            }
        }
        return "stable";
    }
}
