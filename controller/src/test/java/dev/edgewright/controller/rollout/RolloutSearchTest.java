package dev.edgewright.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.RolloutId;
import dev.edgewright.controller.rollout.GatePolicy.OnBreach;
import dev.edgewright.controller.rollout.GatePolicy.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Walks every state that a small rollout can reach, whatever its devices and its operator do in whatever order, with the tables
 * and the decision function that the controller runs. Looks for states from which no end can be reached, and for a wave that began
 * although the one before broke its gate.
 */
class RolloutSearchTest {

    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");
    private static final Digest OLD = Digest.of(new byte[] {1});
    private static final Digest NEW = Digest.of(new byte[] {2});

    /** A rollout and its devices; times are all one, because each deadline is a move of its own. */
    private record World(Rollout rollout, List<Target> targets) {
        String key() {
            var key = new StringBuilder(rollout.state().name()).append(rollout.toleratedFailures());
            rollout.waves().forEach(w -> key.append(w.state().name().charAt(0)).append(w.needsApproval()));
            targets.forEach(t -> key.append(' ').append(t.state().name()));
            return key.toString();
        }
    }

    private final Set<TargetEvent> saids = Set.of(
            TargetEvent.SAYS_FETCHING,
            TargetEvent.SAYS_WATCHING,
            TargetEvent.SAYS_COMMITTED,
            TargetEvent.SAYS_FAILED,
            TargetEvent.SAYS_ROLLED_BACK,
            TargetEvent.SAYS_BACK,
            TargetEvent.DEADLINE);

    private static World start(int[] waves, GatePolicy gates, boolean approval) {
        var specs = new ArrayList<Wave>();
        var targets = new ArrayList<Target>();
        for (int w = 0; w < waves.length; w++) {
            specs.add(Wave.planned(w, waves[w], approval && w == 1));
            for (int d = 0; d < waves[w]; d++) {
                targets.add(Target.planned(DeviceId.of("d" + w + d), w, "fp32", NEW, "c", "why", NOW));
            }
        }
        var rollout = new Rollout(
                RolloutId.of("ro-1"),
                RolloutFixture.request(List.of(), gates),
                RolloutState.SCHEDULED,
                "planned",
                specs,
                0,
                Set.of(),
                NOW,
                NOW,
                0,
                Verdicts.NONE);
        return new World(rollout, targets);
    }

    /** What the engine does between two events: decide and apply until there is nothing to do. */
    private static World settle(World world, Set<String> startedAfterBreach) {
        var rollout = world.rollout();
        var targets = new ArrayList<>(world.targets());
        for (int i = 0; i < 100; i++) {
            var facts = facts(rollout, targets);
            var decision = RolloutDecider.decide(rollout, facts);
            if (decision instanceof Decision.Wait) {
                return new World(rollout, targets);
            }
            if (decision instanceof Decision.Start) {
                rollout = rollout.after(RolloutEvent.START, decision.why(), NOW);
            } else if (decision instanceof Decision.AskApproval) {
                rollout = rollout.after(RolloutEvent.APPROVAL_NEEDED, decision.why(), NOW);
            } else if (decision instanceof Decision.StartWave d) {
                if (pastGate(rollout, targets, facts.startedInAll(), -1)) {
                    startedAfterBreach.add(new World(rollout, targets).key());
                }
                rollout = rollout.withWave(rollout.waves().get(d.wave()).after(WaveEvent.START, NOW), NOW);
            } else if (decision instanceof Decision.Offer d) {
                targets.replaceAll(t -> t.wave() == d.wave() && t.state() == TargetState.PLANNED
                        ? t.offered(1, Optional.of(OLD), Optional.empty(), NOW)
                        : t);
            } else if (decision instanceof Decision.Settle d) {
                rollout = rollout.withWave(rollout.waves().get(d.wave()).after(WaveEvent.ALL_SETTLED, NOW), NOW);
            } else if (decision instanceof Decision.FinishWave d) {
                if (pastGate(rollout, targets, rollout.waves().get(d.wave()).devices(), d.wave())) {
                    startedAfterBreach.add(new World(rollout, targets).key());
                }
                rollout = rollout.withWave(rollout.waves().get(d.wave()).after(WaveEvent.SOAKED, NOW), NOW);
            } else if (decision instanceof Decision.Stop d) {
                rollout = rollout.after(d.revert() ? RolloutEvent.REVERT : RolloutEvent.BREACH, d.why(), NOW);
                if (d.revert()) {
                    targets.replaceAll(RolloutSearchTest::back);
                }
            } else if (decision instanceof Decision.Finish) {
                rollout = rollout.after(RolloutEvent.LAST_WAVE_DONE, decision.why(), NOW);
            } else if (decision instanceof Decision.FinishRevert) {
                rollout = rollout.after(RolloutEvent.ALL_BACK, decision.why(), NOW);
            }
        }
        throw new AssertionError("decides without end: " + new World(rollout, targets).key());
    }

    /** More devices of one wave, or of all for -1, failed than its gate allows, beyond those that a person accepted. */
    private static boolean pastGate(Rollout rollout, List<Target> targets, int of, int wave) {
        long failed = targets.stream()
                .filter(t -> (wave < 0 || t.wave() == wave) && t.state().failed())
                .count();
        double limit = rollout.request().gates().maxFailureRatio();
        return failed - rollout.toleratedFailures() > limit * of + 1e-9;
    }

    private static Target back(Target target) {
        return RolloutTables.TARGET.next(target.state(), TargetEvent.REVERT).isPresent()
                ? target.reverting(2, NOW)
                : target;
    }

    private static WaveFacts facts(Rollout rollout, List<Target> targets) {
        int current = rollout.currentWave();
        int planned = 0;
        int inFlight = 0;
        int committed = 0;
        int failed = 0;
        int startedInAll = 0;
        int failedInAll = 0;
        int goingBack = 0;
        for (Target t : targets) {
            goingBack += t.state() == TargetState.REVERTING ? 1 : 0;
            startedInAll += rollout.waves().get(t.wave()).startedAt().isPresent() ? 1 : 0;
            failedInAll += t.state().failed() ? 1 : 0;
            if (t.wave() == current) {
                planned += t.state() == TargetState.PLANNED ? 1 : 0;
                inFlight += t.state().inFlight() ? 1 : 0;
                committed += t.state() == TargetState.COMMITTED ? 1 : 0;
                failed += t.state().failed() ? 1 : 0;
            }
        }
        return new WaveFacts(
                planned, planned, 0, inFlight, committed, failed, startedInAll, failedInAll, goingBack, List.of(), NOW);
    }

    private List<World> moves(World world) {
        var next = new ArrayList<World>();
        for (int i = 0; i < world.targets().size(); i++) {
            for (TargetEvent event : saids) {
                var target = world.targets().get(i);
                var state = RolloutTables.TARGET.next(target.state(), event);
                if (state.isPresent() && state.get() != target.state()) {
                    var targets = new ArrayList<>(world.targets());
                    targets.set(i, target.in(state.get(), NOW, Optional.empty()));
                    next.add(new World(world.rollout(), targets));
                }
            }
        }
        for (RolloutEvent event : List.of(
                RolloutEvent.PAUSE,
                RolloutEvent.RESUME,
                RolloutEvent.ABORT,
                RolloutEvent.REVERT,
                RolloutEvent.APPROVE)) {
            if (RolloutTables.ROLLOUT.next(world.rollout().state(), event).isPresent()) {
                next.add(operate(world, event));
            }
        }
        return next;
    }

    private static World operate(World world, RolloutEvent event) {
        var rollout = world.rollout();
        var targets = new ArrayList<>(world.targets());
        if (event == RolloutEvent.RESUME && rollout.state() == RolloutState.HALTED) {
            rollout = rollout.tolerating(
                    (int) targets.stream().filter(t -> t.state().failed()).count());
        }
        if (event == RolloutEvent.APPROVE) {
            rollout =
                    rollout.withWave(rollout.waves().get(rollout.currentWave()).approved("ada"), NOW);
        }
        rollout = rollout.after(event, "operator", NOW);
        if (event == RolloutEvent.REVERT) {
            targets.replaceAll(RolloutSearchTest::back);
        }
        if (event == RolloutEvent.REVERT || event == RolloutEvent.ABORT) {
            for (Wave wave : rollout.waves()) {
                if (RolloutTables.WAVE.next(wave.state(), WaveEvent.STOP).isPresent()) {
                    rollout = rollout.withWave(wave.after(WaveEvent.STOP, NOW), NOW);
                }
            }
        }
        return new World(rollout, targets);
    }

    private int search(World start) {
        var past = new HashSet<String>();
        var first = settle(start, past);
        var seen = new HashMap<String, World>();
        Map<String, Set<String>> before = new HashMap<>();
        var queue = new ArrayDeque<World>();
        seen.put(first.key(), first);
        queue.add(first);
        while (!queue.isEmpty()) {
            var world = queue.poll();
            for (World moved : moves(world)) {
                var next = settle(moved, past);
                before.computeIfAbsent(next.key(), k -> new HashSet<>()).add(world.key());
                if (seen.putIfAbsent(next.key(), next) == null) {
                    queue.add(next);
                }
            }
        }
        assertThat(past).as("a wave began past a broken gate").isEmpty();
        assertThat(stuck(seen, before))
                .as("states from which no end can be reached")
                .isEmpty();
        assertThat(seen.values()).as("a finished rollout has nothing under way").allSatisfy(w -> {
            if (w.rollout().state() == RolloutState.SUCCEEDED) {
                assertThat(w.targets()).noneMatch(t -> t.state() == TargetState.PLANNED);
            }
        });
        return seen.size();
    }

    private static Set<String> stuck(Map<String, World> seen, Map<String, Set<String>> before) {
        var reaches = new HashSet<String>();
        var queue = new ArrayDeque<String>();
        seen.forEach((key, world) -> {
            if (!world.rollout().state().live()) {
                reaches.add(key);
                queue.add(key);
            }
        });
        while (!queue.isEmpty()) {
            for (String earlier : before.getOrDefault(queue.poll(), Set.of())) {
                if (reaches.add(earlier)) {
                    queue.add(earlier);
                }
            }
        }
        var stuck = new HashSet<>(seen.keySet());
        stuck.removeAll(reaches);
        return stuck;
    }

    @Test
    void no_reachable_state_is_stuck_or_past_a_gate_when_a_breach_holds() {
        assertThat(search(start(new int[] {1, 2}, GatePolicy.failures(0), false)))
                .isGreaterThan(200);
        assertThat(search(start(new int[] {1, 1, 1}, GatePolicy.failures(0.5), true)))
                .isGreaterThan(200);
    }

    @Test
    void no_reachable_state_is_stuck_or_past_a_gate_when_a_breach_goes_back() {
        var gates = GatePolicy.failures(0.5).onBreach(OnBreach.REVERT, Scope.ROLLOUT);
        assertThat(search(start(new int[] {1, 2}, gates, true))).isGreaterThan(200);
        assertThat(search(start(new int[] {2, 1}, GatePolicy.DEFAULT.withFailures(0, 1), false)))
                .isGreaterThan(200);
    }

    @Test
    void deadlines_are_part_of_every_working_state() {
        for (TargetState state : TargetState.values()) {
            if (state.inFlight() || state == TargetState.REVERTING) {
                var target = Target.planned(DeviceId.of("d"), 0, "fp32", NEW, "c", "why", NOW)
                        .in(state, NOW, Optional.empty());
                var late = TargetFold.onTime(target, Pace.DEFAULT, NOW.plus(Duration.ofDays(1)));
                assertThat(late.state()).isIn(TargetState.SILENT, TargetState.UNREACHED);
            }
        }
    }
}
