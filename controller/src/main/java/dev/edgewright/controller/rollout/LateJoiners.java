package dev.edgewright.controller.rollout;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.RolloutId;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceQuery;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.rollout.Terms.LateJoining;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Devices that came, or began to match, after a rollout was planned. While it goes on they join its last wave. After it succeeded it stands: a
 * device to which nothing newer was assigned is offered what the others got. Not thread-safe.
 */
final class LateJoiners {

    private static final Logger LOG = LoggerFactory.getLogger(LateJoiners.class);
    private static final int REMEMBERED = 50;

    private final FleetService fleet;
    private final RolloutPlanner planner;
    private final RolloutStore store;
    private final DesiredBook book;
    private final Function<RolloutId, Optional<LiveRollout>> inMemory;
    /** Newest first; one that takes nobody in hides the older ones from the devices that match it. */
    private final Deque<Standing> standing = new ArrayDeque<>();

    private final Map<RolloutId, Optional<DeviceQuery>> queries = new HashMap<>();
    private final Map<RolloutId, Instant> created = new HashMap<>();

    /** A rollout that succeeded; its devices are read from the store when the first joins. */
    private static final class Standing {
        private final Rollout rollout;
        private LiveRollout loaded;

        Standing(Rollout rollout) {
            this.rollout = rollout;
        }
    }

    /** @param inMemory rollouts that ended lately and are still held elsewhere, so that there are never two copies of one */
    LateJoiners(
            FleetService fleet,
            RolloutPlanner planner,
            RolloutStore store,
            DesiredBook book,
            Function<RolloutId, Optional<LiveRollout>> inMemory) {
        this.inMemory = inMemory;
        this.fleet = fleet;
        this.planner = planner;
        this.store = store;
        this.book = book;
        reload();
    }

    /** As the store has it. */
    void reload() {
        standing.clear();
        store.list(REMEMBERED).stream()
                .sorted(Comparator.comparing(Rollout::createdAt))
                .forEach(this::ended);
    }

    /** A rollout ended: it stands if it succeeded, and stands no more when it is taken back. */
    void ended(Rollout rollout) {
        standing.removeIf(s -> s.rollout.id().equals(rollout.id()));
        if (rollout.state() == RolloutState.SUCCEEDED) {
            standing.addFirst(new Standing(rollout));
        }
        if (standing.size() > REMEMBERED) {
            standing.removeLast();
        }
    }

    /** The one in memory that stands, so that there are never two copies of one rollout. */
    Optional<LiveRollout> find(RolloutId id) {
        return standing.stream()
                .filter(s -> s.rollout.id().equals(id))
                .findFirst()
                .map(this::load);
    }

    /** The one in memory, if some late device joined it. */
    Optional<LiveRollout> loaded(RolloutId id) {
        return standing.stream()
                .filter(s -> s.loaded != null && s.rollout.id().equals(id))
                .map(s -> s.loaded)
                .findFirst();
    }

    /** Another controller changed it: it is read again when it is needed. */
    void stale(RolloutId id) {
        standing.stream().filter(s -> s.rollout.id().equals(id)).forEach(s -> s.loaded = null);
    }

    /** Those of which some late device is still on its way. */
    List<LiveRollout> underway() {
        return standing.stream()
                .map(s -> s.loaded)
                .filter(r -> r != null
                        && r.targets().stream().anyMatch(t -> t.state().inFlight()))
                .toList();
    }

    /** Devices of these that join a rollout which goes on; each holds its devices, so at most one takes a device. */
    Map<LiveRollout, List<Device>> joining(Collection<LiveRollout> live, Collection<DeviceId> devices) {
        var joins = new LinkedHashMap<LiveRollout, List<Device>>();
        var taken = new HashSet<String>();
        for (LiveRollout rollout : live) {
            if (!open(rollout.rollout())) {
                continue;
            }
            String model = rollout.rollout().request().model().value();
            for (DeviceId id : devices) {
                if (rollout.target(id).isEmpty()) {
                    fleet.get(id)
                            .filter(d -> matches(rollout.rollout(), d)
                                    && !held(live, rollout, id, model)
                                    && taken.add(id + " " + model))
                            .ifPresent(d -> joins.computeIfAbsent(rollout, k -> new ArrayList<>())
                                    .add(d));
                }
            }
        }
        return joins;
    }

    /** Devices of these that a standing rollout has something for. */
    Map<LiveRollout, List<Device>> catchingUp(Collection<LiveRollout> live, Collection<DeviceId> devices) {
        var joins = new LinkedHashMap<LiveRollout, List<Device>>();
        for (DeviceId id : devices) {
            var device = fleet.get(id);
            if (device.isEmpty()) {
                continue;
            }
            var models = new HashSet<String>();
            for (Standing stands : standing) {
                String model = stands.rollout.request().model().value();
                if (!models.contains(model)
                        && behind(id, model, stands.rollout)
                        && matches(stands.rollout, device.get())
                        && !held(live, null, id, model)) {
                    models.add(model);
                    boolean takes = stands.rollout.request().terms().lateJoiners() == LateJoining.LAST_WAVE;
                    var rollout = takes ? load(stands) : null;
                    if (takes && rollout.target(id).isEmpty()) {
                        joins.computeIfAbsent(rollout, k -> new ArrayList<>()).add(device.get());
                    }
                }
            }
        }
        return joins;
    }

    /** The device's place in a rollout that was planned before it came. */
    Target late(Rollout rollout, Device device, int wave, Instant now) {
        return planner.late(rollout, device, wave, now);
    }

    /** Nothing of the model is assigned to the device, or only by a rollout that is older. */
    private boolean behind(DeviceId device, String model, Rollout rollout) {
        var assignment = book.find(device).stream()
                .flatMap(r -> r.state().getAssignmentsList().stream())
                .filter(a -> a.getModel().equals(model))
                .findFirst();
        if (assignment.isEmpty()) {
            return true;
        }
        if (assignment.get().getRolloutId().isEmpty()) {
            return false;
        }
        var by = RolloutId.of(assignment.get().getRolloutId());
        var at = created.computeIfAbsent(
                by, id -> store.find(id).map(Rollout::createdAt).orElse(Instant.MIN));
        return !by.equals(rollout.id()) && at.isBefore(rollout.createdAt());
    }

    private static boolean held(Collection<LiveRollout> live, LiveRollout except, DeviceId id, String model) {
        return live.stream()
                .filter(other -> other != except
                        && other.rollout().request().model().value().equals(model))
                .flatMap(other -> other.target(id).stream())
                .anyMatch(t -> !t.state().neutral());
    }

    private boolean matches(Rollout rollout, Device device) {
        return device.introduced()
                && queries.computeIfAbsent(rollout.id(), id -> compile(rollout))
                        .filter(query -> query.matches(device))
                        .isPresent();
    }

    private static Optional<DeviceQuery> compile(Rollout rollout) {
        try {
            return Optional.of(DeviceQuery.of(rollout.request().query()));
        } catch (EdgewrightException e) {
            LOG.atWarn()
                    .addKeyValue("rollout", rollout.id())
                    .log("its query is no longer understood, so no device can join: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private LiveRollout load(Standing stands) {
        if (stands.loaded == null) {
            stands.loaded =
                    LiveRollout.load(store, store.find(stands.rollout.id()).orElse(stands.rollout));
        }
        return stands.loaded;
    }

    private static boolean open(Rollout rollout) {
        return rollout.request().terms().lateJoiners() == LateJoining.LAST_WAVE
                && switch (rollout.state()) {
                    case SCHEDULED, SHADOWING, AWAITING_APPROVAL, RUNNING, PAUSED -> true;
                    case HALTED, REVERTING, REVERTED, ABORTED, SUCCEEDED -> false;
                };
    }
}
