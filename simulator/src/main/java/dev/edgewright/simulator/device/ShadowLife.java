package dev.edgewright.simulator.device;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.ReportedError;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.protocol.v1.ShadowReport;
import dev.edgewright.common.protocol.v1.ShadowWindow;
import dev.edgewright.common.telemetry.LatencySketch;
import dev.edgewright.common.trust.CheckedManifest;
import dev.edgewright.simulator.profile.Behaviour;
import dev.edgewright.simulator.profile.Profile;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** A variant beside the one that serves, on a share of its requests: fetched, then compared until it is no longer named. */
final class ShadowLife {

    private final Blueprint blueprint;
    private final ShadowAssignment assignment;
    private final RandomGenerator random;
    private final Manifest manifest;
    private final ByteString digest;
    private final Fetch fetch;
    private LifecycleState state = LifecycleState.LIFECYCLE_STATE_FETCHING;
    private ReportedError error = ReportedError.getDefaultInstance();
    private boolean changed = true;
    private long comparedToMs;
    private double owed;

    ShadowLife(
            Blueprint blueprint,
            ShadowAssignment assignment,
            CheckedManifest checked,
            Set<ByteString> heldChunks,
            Checks checks,
            RandomGenerator random,
            long nowMs,
            Consumer<Action> out) {
        this.blueprint = blueprint;
        this.assignment = assignment;
        this.random = random;
        this.digest = Digest.of(assignment.getManifest().getPayload()).toByteString();
        this.manifest = checked.manifest().orElse(Manifest.getDefaultInstance());
        if (checked.manifest().isEmpty()) {
            this.fetch = null;
            this.state = LifecycleState.LIFECYCLE_STATE_FAILED;
            this.error = ReportedError.newBuilder()
                    .setCode(checked.code())
                    .setMessage(checked.detail())
                    .build();
        } else {
            this.fetch = new Fetch(blueprint, manifest, heldChunks, checks, random, nowMs, out);
        }
    }

    boolean is(ShadowAssignment other) {
        return assignment.getSequence() == other.getSequence();
    }

    boolean take(Digest blob, int chunk, byte[] frame, long nowMs) {
        boolean taken = fetching() && fetch.take(blob, chunk, frame, nowMs);
        tick(nowMs);
        return taken;
    }

    void reconnected(long nowMs) {
        if (fetching()) {
            fetch.reconnected(nowMs);
        }
    }

    long wakeAtMs() {
        return fetching() ? fetch.wakeAtMs() : Long.MAX_VALUE;
    }

    void tick(long nowMs) {
        if (fetching() && fetch.complete(nowMs)) {
            state = LifecycleState.LIFECYCLE_STATE_WATCHING;
            comparedToMs = nowMs;
            changed = true;
        } else if (fetching()) {
            fetch.tick(nowMs);
        }
    }

    /** It is no longer named. */
    void stop() {
        if (fetching()) {
            fetch.stop();
        }
    }

    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    ShadowReport report() {
        ShadowReport.Builder report = ShadowReport.newBuilder()
                .setModel(assignment.getModel())
                .setSequence(assignment.getSequence())
                .setRolloutId(assignment.getRolloutId())
                .setManifest(digest)
                .setState(state)
                .setMemoryBytes(manifest.getPeakMemoryBytes());
        return (error.getCode().isEmpty() ? report : report.setError(error)).build();
    }

    /**
     * The comparisons since the last call; empty while there is nothing that runs, and while it serves itself.
     *
     * @param serving what serves; empty when nothing does
     */
    Optional<ShadowWindow> window(Optional<ModelLife.Variant> serving, long nowMs) {
        if (state != LifecycleState.LIFECYCLE_STATE_WATCHING
                || serving.isEmpty()
                || serving.get().manifest().toByteString().equals(digest)) {
            comparedToMs = nowMs;
            return Optional.empty();
        }
        Profile profile = blueprint.kind().profile();
        Behaviour behaviour = blueprint.faults().behaviour(manifest);
        Behaviour other = serving.get().behaviour();
        owed += Math.max(0, nowMs - comparedToMs) * profile.requestsPerSecond() * assignment.getSample() / 1000;
        comparedToMs = nowMs;
        long requests = (long) owed;
        owed -= requests;
        LatencySketch latency = new LatencySketch();
        LatencySketch active = new LatencySketch();
        long agreed = 0;
        long errors = 0;
        for (long i = 0; i < requests; i++) {
            double seconds = profile.latencyMs() / 1000 * Math.exp(profile.jitter() * random.nextGaussian());
            if (random.nextDouble() < behaviour.errors()) {
                errors++;
                continue;
            }
            boolean bothRight = random.nextDouble() >= behaviour.wrong() && random.nextDouble() >= other.wrong();
            agreed += bothRight ? 1 : 0;
            active.record(seconds * other.slower());
            latency.record(seconds * behaviour.slower());
        }
        return Optional.of(ShadowWindow.newBuilder()
                .setModel(assignment.getModel())
                .setManifest(digest)
                .setActiveManifest(serving.get().manifest().toByteString())
                .setCompared(requests - errors)
                .setAgreed(agreed)
                .setErrors(errors)
                .setMinCosine(agreed < requests - errors ? 0.5 : 1)
                .setLatency(latency.toProto())
                .setActiveLatency(active.toProto())
                .setNetJoules((requests - errors) * profile.joules() * behaviour.slower() * behaviour.joules())
                .setEnergySource("estimated")
                .build());
    }

    private boolean fetching() {
        return state == LifecycleState.LIFECYCLE_STATE_FETCHING;
    }
}
