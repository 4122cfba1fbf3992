package dev.edgewright.simulator.device;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.ModelWindow;
import dev.edgewright.common.protocol.v1.ProbeResult;
import dev.edgewright.common.protocol.v1.ReportedError;
import dev.edgewright.common.trust.CheckedManifest;
import dev.edgewright.common.update.UpdateEvent;
import dev.edgewright.common.update.UpdateLifecycle;
import dev.edgewright.common.update.UpdateState;
import dev.edgewright.simulator.profile.Behaviour;
import dev.edgewright.simulator.profile.Fault;
import dev.edgewright.simulator.profile.Profile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** One model on one device: walks {@link UpdateLifecycle#TABLE} as offers, chunks and time come in. */
final class ModelLife {

    private static final long ASK_FOR_REQUESTS_MS = 1_000;
    private static final int HELD_MANIFESTS = 8;

    /** A variant that serves or did. */
    record Variant(Digest manifest, String name, double factor, double errorRatio, Behaviour behaviour) {}

    private final Blueprint blueprint;
    private final Set<ByteString> heldChunks;
    private final Checks checks;
    private final RandomGenerator random;
    private final Consumer<Action> out;
    private final Traffic traffic;
    private final Set<Digest> heldManifests = new HashSet<>();
    private UpdateState state = UpdateState.IDLE;
    private long sinceMs;
    private long dueMs = Long.MAX_VALUE;
    private Assignment assignment = Assignment.getDefaultInstance();
    private Manifest manifest = Manifest.getDefaultInstance();
    private Digest target;
    private Optional<Variant> active = Optional.empty();
    private Optional<Variant> previous = Optional.empty();
    private ReportedError error = ReportedError.getDefaultInstance();
    private ProbeResult probe = ProbeResult.getDefaultInstance();
    private Fetch fetch;
    private boolean changed;
    private int crashes;
    private long servesSinceMs;

    ModelLife(
            Blueprint blueprint,
            Set<ByteString> heldChunks,
            Checks checks,
            RandomGenerator random,
            long nowMs,
            Consumer<Action> out) {
        this.blueprint = blueprint;
        this.heldChunks = heldChunks;
        this.checks = checks;
        this.random = random;
        this.out = out;
        this.traffic = new Traffic(profile(), random, nowMs);
    }

    UpdateState state() {
        return state;
    }

    /** What serves now. */
    Optional<Variant> serving() {
        return active;
    }

    /** Whether the state changed since the last call. */
    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    boolean isNewer(Assignment offered) {
        return target == null || Long.compareUnsigned(offered.getSequence(), assignment.getSequence()) > 0;
    }

    /** A newer assignment; the manifest is checked, or says why it cannot be taken. */
    void offer(Assignment offered, CheckedManifest checked, long nowMs) {
        boolean hasCommitted = state != UpdateState.WATCHING;
        stopFetch();
        if (state == UpdateState.WATCHING) {
            serve(previous, nowMs); // what was on trial no longer does
        }
        assignment = offered;
        target = Digest.of(offered.getManifest().getPayload());
        error = ReportedError.getDefaultInstance();
        probe = ProbeResult.getDefaultInstance();
        if (offered.getRemove()) {
            remove(nowMs);
            return;
        }
        if (hasCommitted) {
            previous = active;
        }
        move(UpdateLifecycle.offer(state), nowMs);
        if (checked.manifest().isEmpty()) {
            fail(UpdateEvent.GAVE_UP, checked.code(), checked.detail(), nowMs);
            return;
        }
        manifest = checked.manifest().get();
        if (!heldManifests.contains(target)) {
            fetch = new Fetch(blueprint, manifest, heldChunks, checks, random, nowMs, out);
        }
        tick(nowMs);
    }

    /** True where the frame was one that this model was missing. */
    boolean take(Digest blob, int chunk, byte[] frame, long nowMs) {
        if (fetch == null || state != UpdateState.FETCHING || !fetch.take(blob, chunk, frame, nowMs)) {
            return false;
        }
        tick(nowMs);
        return true;
    }

    void reconnected(long nowMs) {
        if (fetch != null) {
            fetch.reconnected(nowMs);
        }
    }

    /** When {@link #tick} has something to do, unix milliseconds; {@link Long#MAX_VALUE} for never. */
    long wakeAtMs() {
        if (state != UpdateState.FETCHING) {
            return dueMs;
        }
        long wake = fetch == null ? 0 : fetch.wakeAtMs();
        return assignment.getDeadlineUnixMs() == 0 ? wake : Math.min(wake, assignment.getDeadlineUnixMs());
    }

    /** Does all that is due. */
    void tick(long nowMs) {
        UpdateState before;
        do {
            before = state;
            if (nowMs >= wakeAtMs()) {
                step(nowMs);
            }
        } while (state != before);
    }

    private void step(long nowMs) {
        switch (state) {
            case FETCHING -> fetching(nowMs);
            case VERIFYING -> verifying(nowMs);
            case PROBING -> probing(nowMs);
            case WATCHING -> watching(nowMs);
            default -> dueMs = Long.MAX_VALUE;
        }
    }

    private void fetching(long nowMs) {
        if (fetch != null && fetch.contradicted()) {
            fail(UpdateEvent.GAVE_UP, "INDEX_INVALID", "a file does not fit its chunk index", nowMs);
        } else if (fetch == null || fetch.complete(nowMs)) {
            heldManifests.add(target);
            move(UpdateEvent.FETCHED, nowMs);
            dueMs = nowMs + profile().verify().toMillis();
        } else if (assignment.getDeadlineUnixMs() != 0 && nowMs >= assignment.getDeadlineUnixMs()) {
            fail(UpdateEvent.GAVE_UP, "DEADLINE", "not fetched in time", nowMs);
        } else {
            fetch.tick(nowMs);
        }
    }

    private void verifying(long nowMs) {
        Optional<Examination.Finding> against = Examination.verify(blueprint, manifest);
        if (against.isPresent()) {
            fail(UpdateEvent.REFUSED, against.get(), nowMs);
        } else {
            move(UpdateEvent.VERIFIED, nowMs);
            dueMs = nowMs + profile().probe().toMillis();
        }
    }

    private void probing(long nowMs) {
        probe = Examination.probe(
                traffic, newFactor(), manifest, target, behaviour().wrong());
        Optional<Examination.Finding> against = Examination.judge(blueprint, probe, assignment.getLimits());
        if (against.isPresent()) {
            fail(UpdateEvent.UNHEALTHY, against.get(), nowMs);
        } else {
            serveTarget(nowMs);
        }
    }

    private void serveTarget(long nowMs) {
        advance(nowMs);
        serve(
                Optional.of(new Variant(target, manifest.getVariant(), newFactor(), newErrorRatio(), behaviour())),
                nowMs);
        move(UpdateEvent.HEALTHY, nowMs);
        dueMs = assignment.getRevert() ? nowMs : nowMs + assignment.getWatchSeconds() * 1000L;
    }

    private void watching(long nowMs) {
        advance(nowMs);
        if (!assignment.getRevert() && traffic.requestsSinceSwitch() < assignment.getWatchMinRequests()) {
            dueMs = nowMs + ASK_FOR_REQUESTS_MS;
            return;
        }
        Optional<String> breach = assignment.getRevert() ? Optional.empty() : traffic.breach(assignment.getLimits());
        if (breach.isPresent()) {
            serve(previous, nowMs);
            fail(UpdateEvent.REGRESSED, "REGRESSED", breach.get(), nowMs);
        } else {
            move(UpdateEvent.SETTLED, nowMs);
        }
    }

    /** Nothing of the model stays, as an agent frees its disk. */
    private void remove(long nowMs) {
        if (state != UpdateState.IDLE) {
            move(UpdateEvent.REMOVED, nowMs);
        }
        active = Optional.empty();
        previous = Optional.empty();
        heldManifests.clear();
        traffic.stopped(nowMs);
    }

    private void fail(UpdateEvent event, Examination.Finding why, long nowMs) {
        fail(event, why.code(), why.message(), nowMs);
    }

    private void fail(UpdateEvent event, String code, String message, long nowMs) {
        error = ReportedError.newBuilder().setCode(code).setMessage(message).build();
        move(event, nowMs);
    }

    private void move(UpdateEvent event, long nowMs) {
        state = UpdateLifecycle.TABLE.require(state, event, new ArrayList<>());
        sinceMs = nowMs;
        dueMs = Long.MAX_VALUE;
        changed = true;
        crashes = 0;
        if (state != UpdateState.FETCHING) {
            stopFetch();
        }
        if (heldManifests.size() > HELD_MANIFESTS) {
            heldManifests.removeIf(held -> !held.equals(target)
                    && active.stream().noneMatch(a -> a.manifest().equals(held)));
        }
    }

    private void serve(Optional<Variant> variant, long nowMs) {
        active = variant;
        servesSinceMs = nowMs;
        traffic.switched(
                variant.map(Variant::factor).orElse(1.0),
                variant.map(Variant::errorRatio).orElse(0.0),
                variant.map(v -> v.behaviour().joules()).orElse(1.0));
    }

    /** What the variant that serves has made the process grow by, in bytes. */
    long leakedBytes(long nowMs) {
        double mb = active.map(v -> v.behaviour().leakMbPerMinute()).orElse(0.0) * (nowMs - servesSinceMs) / 60_000;
        return (long) (mb * 1e6);
    }

    /** When the variant that serves will have killed the process, unix milliseconds; {@link Long#MAX_VALUE} for never. */
    long diesAtMs() {
        if (active.isEmpty()) {
            return Long.MAX_VALUE;
        }
        Behaviour behaviour = active.get().behaviour();
        long crash = behaviour.crashesAfter().isZero()
                ? Long.MAX_VALUE
                : servesSinceMs + behaviour.crashesAfter().toMillis();
        long outOfMemory = behaviour.leakMbPerMinute() == 0
                ? Long.MAX_VALUE
                : servesSinceMs + (long) (profile().ramMb() / behaviour.leakMbPerMinute() * 60_000);
        return Math.min(crash, outOfMemory);
    }

    /** The process began anew: what the state found on disk means, as an agent takes it. */
    void restarted(long nowMs) {
        crashes++;
        UpdateEvent event = UpdateLifecycle.onStart(state, crashes);
        stopFetch();
        if (event == UpdateEvent.CRASH_LOOP) {
            serve(previous, nowMs);
            fail(event, "CRASH_LOOP", "the process died " + crashes + " times in " + state + " of this variant", nowMs);
        } else {
            UpdateState before = state;
            int counted = crashes;
            move(event, nowMs);
            crashes = state == before ? counted : 0;
            serve(active, nowMs);
            resume(nowMs);
        }
    }

    private void resume(long nowMs) {
        switch (state) {
            case FETCHING -> {
                if (!heldManifests.contains(target)) {
                    fetch = new Fetch(blueprint, manifest, heldChunks, checks, random, nowMs, out);
                }
            }
            case VERIFYING -> dueMs = nowMs + profile().verify().toMillis();
            case PROBING -> dueMs = nowMs + profile().probe().toMillis();
            case WATCHING -> dueMs = nowMs + assignment.getWatchSeconds() * 1000L;
            default -> dueMs = Long.MAX_VALUE;
        }
    }

    private Behaviour behaviour() {
        return blueprint.faults().behaviour(manifest);
    }

    private void stopFetch() {
        if (fetch != null) {
            fetch.stop();
            fetch = null;
        }
    }

    private void advance(long nowMs) {
        if (active.isPresent()) {
            traffic.advance(nowMs);
        } else {
            traffic.stopped(nowMs);
        }
    }

    private double newFactor() {
        double device = blueprint.fault() == Fault.REGRESSES && previous.isPresent() && !assignment.getRevert()
                ? blueprint.faults().regress().factor()
                : 1;
        return device * behaviour().slower();
    }

    private double newErrorRatio() {
        double device = blueprint.fault() == Fault.ANSWERS_ERRORS && !assignment.getRevert()
                ? blueprint.faults().errors().ratio()
                : 0;
        return Math.max(device, behaviour().errors());
    }

    private Profile profile() {
        return blueprint.kind().profile();
    }

    AssignmentReport report() {
        long total = fetch != null
                ? fetch.total()
                : manifest.getGraph().getSize() + manifest.getGolden().getSize();
        AssignmentReport.Builder report = AssignmentReport.newBuilder()
                .setModel(assignment.getModel())
                .setSequence(assignment.getSequence())
                .setRolloutId(assignment.getRolloutId())
                .setManifest(target.toByteString())
                .setState(state.toProto())
                .setBytesTotal(total)
                .setBytesDone(fetch != null ? fetch.done() : heldManifests.contains(target) ? total : 0)
                .setBytesReused(fetch != null ? fetch.reused() : 0)
                .setCrashCount(crashes)
                .setSinceUnixMs(sinceMs);
        active.ifPresent(variant ->
                report.setActiveManifest(variant.manifest().toByteString()).setActiveVariant(variant.name()));
        previous.ifPresent(
                variant -> report.setPreviousManifest(variant.manifest().toByteString()));
        if (!error.getCode().isEmpty()) {
            report.setError(error);
        }
        if (probe.getRuns() > 0) {
            report.setProbe(probe);
        }
        return report.build();
    }

    /** The window until now; empty while nothing serves. */
    Optional<ModelWindow> window(long nowMs) {
        advance(nowMs);
        return active.map(variant -> traffic.window()
                .setModel(assignment.getModel())
                .setManifest(variant.manifest().toByteString())
                .setVariant(variant.name())
                .build());
    }
}
