package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.FleetService;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Applies decisions to a draft: moves of the tables, assignments, and a line of history for each. Persists nothing itself. */
final class RolloutSteps {

    static final String CONTROLLER = "controller";

    private final FleetService fleet;
    private final CatalogService catalog;
    private final GateKeeper gates;
    private final DesiredBook book;
    private final Readiness readiness;
    private final ShadowSteps shadows;

    RolloutSteps(
            FleetService fleet,
            CatalogService catalog,
            GateKeeper gates,
            DesiredBook book,
            Readiness readiness,
            ShadowSteps shadows) {
        this.shadows = shadows;
        this.readiness = readiness;
        this.fleet = fleet;
        this.catalog = catalog;
        this.gates = gates;
        this.book = book;
    }

    WaveFacts facts(LiveRollout.Draft draft, List<Breach> breaches) {
        var rollout = draft.rollout();
        int current = rollout.currentWave();
        int[] n = new int[9];
        var stopped = rollout.stoppedGroups();
        for (Target target : draft.targets()) {
            if (target.state() == TargetState.REVERTING) {
                n[7]++;
            }
            if (target.state().neutral()
                    || target.wave() < 0
                    || !stopped.isEmpty() && stopped.contains(Breach.groupOf(target))) {
                continue;
            }
            boolean started = rollout.waves().get(target.wave()).startedAt().isPresent();
            n[5] += started ? 1 : 0;
            n[6] += target.state().failed() ? 1 : 0;
            if (target.wave() != current) {
                continue;
            }
            if (target.state() == TargetState.PLANNED) {
                n[1]++;
                var postponed = readiness.postponed(rollout, target.device(), draft.now());
                n[0] += postponed.isEmpty() ? 1 : 0;
                n[8] += postponed
                                .filter(why -> why.startsWith(Readiness.BATTERY))
                                .isPresent()
                        ? 1
                        : 0;
            }
            n[2] += target.state().inFlight() ? 1 : 0;
            n[3] += target.state() == TargetState.COMMITTED ? 1 : 0;
            n[4] += target.state().failed() ? 1 : 0;
        }
        return new WaveFacts(
                n[0], n[1], n[8], n[2], n[3], n[4], n[5], n[6], n[7], breaches, draft.now(), shadows.facts(draft));
    }

    /** Applies one decision; false for one that changes nothing. */
    boolean apply(LiveRollout.Draft draft, Decision decision) {
        if (decision instanceof Decision.Wait) {
            return false;
        }
        if (decision instanceof Decision.Start d) {
            move(draft, RolloutEvent.START, CONTROLLER, d.why());
        } else if (decision instanceof Decision.Shadow d) {
            shadows.begin(draft);
            move(draft, RolloutEvent.SHADOW, CONTROLLER, d.why());
        } else if (decision instanceof Decision.ShadowPassed d) {
            shadows.end(draft);
            draft.note("shadow", CONTROLLER, d.why());
            move(draft, RolloutEvent.SHADOW_PASSED, CONTROLLER, d.why());
        } else if (decision instanceof Decision.AskApproval d) {
            move(draft, RolloutEvent.APPROVAL_NEEDED, CONTROLLER, d.why());
        } else if (decision instanceof Decision.StartWave d) {
            wave(draft, d.wave(), WaveEvent.START, d.why());
        } else if (decision instanceof Decision.Offer d) {
            offer(draft, d);
        } else if (decision instanceof Decision.Defer d) {
            defer(draft, d);
        } else if (decision instanceof Decision.Settle d) {
            wave(draft, d.wave(), WaveEvent.ALL_SETTLED, d.why());
        } else if (decision instanceof Decision.FinishWave d) {
            wave(draft, d.wave(), WaveEvent.SOAKED, d.why());
            if (d.wave() == 0) {
                shadows.end(draft);
            }
        } else if (decision instanceof Decision.Stop d) {
            stop(draft, d);
        } else if (decision instanceof Decision.StopGroup d) {
            stopGroup(draft, d);
        } else if (decision instanceof Decision.Finish d) {
            move(draft, RolloutEvent.LAST_WAVE_DONE, CONTROLLER, d.why());
        } else if (decision instanceof Decision.FinishRevert d) {
            move(draft, RolloutEvent.ALL_BACK, CONTROLLER, d.why());
        }
        return true;
    }

    /** Nothing of this rollout runs beside any more. */
    void endShadows(LiveRollout.Draft draft) {
        shadows.end(draft);
    }

    void move(LiveRollout.Draft draft, RolloutEvent event, String who, String why) {
        var next = draft.rollout().after(event, why, draft.now());
        draft.set(next);
        draft.note("state", who, next.state().name().toLowerCase(Locale.ROOT) + ": " + why);
    }

    private static void wave(LiveRollout.Draft draft, int index, WaveEvent event, String why) {
        var wave = draft.rollout().waves().get(index).after(event, draft.now());
        draft.set(draft.rollout().withWave(wave, draft.now()).withReason(why, draft.now()));
        draft.note("wave", CONTROLLER, why);
    }

    private void stop(LiveRollout.Draft draft, Decision.Stop stop) {
        if (stop.breaches().isEmpty()) {
            draft.note("verdict", CONTROLLER, stop.why());
        }
        stop.breaches().forEach(breach -> draft.note("verdict", CONTROLLER, breach.words()));
        draft.set(draft.rollout().heldBy(stop.breaches()));
        // Nothing was switched by then, so there is nothing in the way of going back.
        boolean beside = draft.rollout().state() == RolloutState.SHADOWING;
        endShadows(draft);
        if (stop.revert() && (beside || canRevert(draft.targets()))) {
            revert(draft, CONTROLLER, stop.why());
            return;
        }
        String words = stop.revert()
                ? stop.why() + "; no device had a variant before, so there is nothing to go back to"
                : stop.why();
        move(draft, RolloutEvent.BREACH, CONTROLLER, words);
    }

    private void stopGroup(LiveRollout.Draft draft, Decision.StopGroup stop) {
        draft.set(draft.rollout().stopping(stop.group()));
        boolean others = draft.targets().stream()
                .anyMatch(t ->
                        !t.state().neutral() && !draft.rollout().stoppedGroups().contains(Breach.groupOf(t)));
        if (!others) {
            stop(draft, new Decision.Stop(stop.revert(), stop.why(), stop.breaches()));
            return;
        }
        draft.note("verdict", CONTROLLER, "stopped " + stop.why());
        for (Target target : List.copyOf(draft.targets())) {
            if (!Breach.groupOf(target).equals(stop.group())) {
                continue;
            }
            if (target.state() == TargetState.PLANNED) {
                draft.put(target.in(TargetState.SKIPPED, draft.now(), Optional.of("STOPPED: " + stop.why())));
            } else if (stop.revert()) {
                goBack(draft, target);
            }
        }
    }

    /**
     * Goes on. Of a halted rollout that accepts the failures so far and every verdict that was given, as things stand now; what was measured until
     * now has been judged by a person, so that only what comes from here on is evidence against those gates.
     */
    void resume(LiveRollout.Draft draft, String who) {
        if (draft.rollout().state() == RolloutState.HALTED) {
            accept(draft, who);
        }
        move(draft, RolloutEvent.RESUME, who, "resumed by " + who);
        shadows.again(draft);
    }

    private void accept(LiveRollout.Draft draft, String who) {
        var given = draft.rollout().verdicts().given();
        int failures =
                (int) draft.targets().stream().filter(t -> t.state().failed()).count();
        var standing = new ArrayList<>(gates.findings(draft.rollout().withoutStops(given), draft.targets()));
        standing.add(new Finding(Gate.FAILURES, Breach.WHOLE, failures, false, () -> ""));
        draft.set(draft.rollout().accepting(failures, standing, who, draft.now()));
        var words = draft.rollout().verdicts().words(draft.now());
        words.forEach(accepted -> draft.note("accepted", who, who + " accepted " + accepted));
        // In memory only: a controller that starts has no evidence yet.
        gates.beginAnew(draft.rollout(), draft.targets(), given);
    }

    /** Every device that was offered something goes back; waves end. */
    void revert(LiveRollout.Draft draft, String who, String why) {
        move(draft, RolloutEvent.REVERT, who, why);
        stopWaves(draft);
        List.copyOf(draft.targets()).forEach(target -> goBack(draft, target));
    }

    void stopWaves(LiveRollout.Draft draft) {
        for (Wave wave : draft.rollout().waves()) {
            if (RolloutTables.WAVE.next(wave.state(), WaveEvent.STOP).isPresent()) {
                draft.set(draft.rollout().withWave(wave.after(WaveEvent.STOP, draft.now()), draft.now()));
            }
        }
    }

    /** True when some device has a variant to go back to, or has not taken the new one yet. */
    static boolean canRevert(Collection<Target> targets) {
        return targets.stream()
                .anyMatch(t -> t.previous().isPresent() && t.sequence() > 0
                        || t.state().inFlight()
                        || t.state() == TargetState.SILENT);
    }

    private void goBack(LiveRollout.Draft draft, Target target) {
        if (RolloutTables.TARGET.next(target.state(), TargetEvent.REVERT).isEmpty()) {
            return;
        }
        boolean serving = target.state() == TargetState.COMMITTED || target.state() == TargetState.WATCHING;
        if (target.previous().isEmpty() && serving) {
            draft.put(target.in(
                    RolloutTables.TARGET.next(target.state(), TargetEvent.KEEP).orElseThrow(),
                    draft.now(),
                    Optional.of("KEPT: the device had no variant before; it keeps this one")));
            return;
        }
        var assignment = Assignment.newBuilder()
                .setModel(draft.rollout().request().model().value())
                .setRolloutId(draft.rollout().id().value())
                .setRevert(true);
        var previous = target.previous().flatMap(catalog::variant);
        if (previous.isPresent()) {
            assignment.setManifest(previous.get().signed());
        } else {
            assignment.setRemove(true);
        }
        long sequence = assign(draft, target.device(), assignment, Optional.empty());
        var moved = target.reverting(sequence, draft.now());
        draft.put(moved);
        // It may be back already: then it said so before it was told.
    }

    private void offer(LiveRollout.Draft draft, Decision.Offer decision) {
        var rollout = draft.rollout();
        var request = rollout.request();
        int offered = 0;
        for (Target target : List.copyOf(draft.targets())) {
            if (target.wave() != decision.wave()
                    || target.state() != TargetState.PLANNED
                    || readiness
                            .postponed(rollout, target.device(), draft.now())
                            .isPresent()) {
                continue;
            }
            offer(draft, target);
            offered++;
        }
        if (offered == 0) {
            throw new IllegalStateException("an offer to nobody would be decided again for ever");
        }
        draft.set(rollout.withReason(decision.why(), draft.now()));
        draft.note("wave", CONTROLLER, decision.why());
    }

    /** Publishes the assignment of one device that has none of this rollout yet. */
    void offer(LiveRollout.Draft draft, Target target) {
        var rollout = draft.rollout();
        var request = rollout.request();
        Variant variant = catalog.variant(target.manifest().orElseThrow())
                .orElseThrow(() -> new IllegalStateException("variant " + target.variant() + " is gone"));
        var assignment = Assignment.newBuilder()
                .setModel(request.model().value())
                .setRolloutId(rollout.id().value())
                .setManifest(variant.signed())
                .setLimits(request.limits())
                .setWatchSeconds(request.pace().watchSeconds())
                .setWatchMinRequests(request.pace().watchMinRequests());
        var before = fleet.get(target.device())
                .flatMap(d -> TargetFold.active(d.report(request.model().value())));
        long sequence =
                assign(draft, target.device(), assignment, before.flatMap(b -> shadows.previous(rollout, target, b)));
        var baseline = before.flatMap(b -> gates.baseline(target.device(), request.model(), b, request.gates()));
        draft.put(target.offered(sequence, before, baseline, draft.now()));
    }

    /** Devices that began to match after the plan was made join the last wave; one that is over has a new one behind it. */
    void join(LiveRollout.Draft draft, List<Device> devices, LateJoiners late) {
        int last = draft.rollout().waves().size() - 1;
        boolean open = draft.rollout().waves().get(last).state() == WaveState.PENDING
                || draft.rollout().waves().get(last).state() == WaveState.RUNNING;
        if (!open) {
            draft.set(draft.rollout().withAnotherWave(draft.now()));
            last++;
        }
        int joined = 0;
        for (Device device : devices) {
            var target = late.late(draft.rollout(), device, last, draft.now());
            draft.put(target);
            joined += target.state() == TargetState.PLANNED ? 1 : 0;
        }
        draft.set(draft.rollout().withWave(draft.rollout().waves().get(last).plus(joined), draft.now()));
        draft.note("late", CONTROLLER, named(devices) + " began to match and joined " + Wave.named(last));
    }

    /** Devices that began to match after the rollout succeeded are offered what the others got. */
    void catchUp(LiveRollout.Draft draft, List<Device> devices, LateJoiners late) {
        int last = draft.rollout().waves().size() - 1;
        for (Device device : devices) {
            var target = late.late(draft.rollout(), device, last, draft.now());
            if (target.state() == TargetState.PLANNED) {
                offer(draft, target);
            } else {
                draft.put(target);
            }
        }
        draft.note(
                "late", CONTROLLER, named(devices) + " began to match after the rollout had succeeded, and were told");
    }

    private static String named(List<Device> devices) {
        String first = devices.get(0).id().value();
        return devices.size() == 1 ? first : first + " and " + (devices.size() - 1) + " more";
    }

    private void defer(LiveRollout.Draft draft, Decision.Defer decision) {
        int last = draft.rollout().waves().size() - 1;
        int moved = 0;
        for (Target target : List.copyOf(draft.targets())) {
            if (target.wave() == decision.wave() && target.state() == TargetState.PLANNED) {
                draft.put(target.toWave(last));
                moved++;
            }
        }
        var waves = draft.rollout().waves();
        draft.set(draft.rollout().withWave(waves.get(decision.wave()).plus(-moved), draft.now()));
        draft.set(draft.rollout().withWave(waves.get(last).plus(moved), draft.now()));
        draft.note("wave", CONTROLLER, decision.why());
    }

    /** Writes down, once for each reason, why devices of the wave that runs are not offered anything. */
    void notePostponed(LiveRollout.Draft draft) {
        var rollout = draft.rollout();
        int current = rollout.currentWave();
        if (rollout.state() != RolloutState.RUNNING
                || current == rollout.waves().size()
                || rollout.waves().get(current).state() != WaveState.RUNNING) {
            return;
        }
        for (Target target : List.copyOf(draft.targets())) {
            if (target.wave() == current && target.state() == TargetState.PLANNED) {
                var why = readiness.postponed(rollout, target.device(), draft.now());
                if (!Readiness.sameReason(why, target.error())) {
                    draft.put(target.because(why));
                }
            }
        }
    }

    private long assign(
            LiveRollout.Draft draft,
            DeviceId device,
            Assignment.Builder assignment,
            Optional<ShadowAssignment.Builder> beside) {
        var last = draft.desired(device).or(() -> book.find(device));
        long seen = fleet.get(device)
                .map(d -> Math.max(
                        d.hello().getHighestDesiredSequence(), d.reported().getDesiredSequence()))
                .orElse(0L);
        var next = DesiredBook.next(device, last, assignment, beside, seen, draft.now());
        draft.put(next);
        return next.state().getSequence();
    }
}
