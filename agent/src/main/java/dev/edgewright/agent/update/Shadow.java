package dev.edgewright.agent.update;

import dev.edgewright.agent.slot.HeldChunks;
import dev.edgewright.agent.slot.Slot;
import dev.edgewright.agent.slot.SlotStore;
import dev.edgewright.agent.slot.Staging;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.protocol.v1.ShadowReport;
import dev.edgewright.common.update.UpdateState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One variant on its way to run beside the one that serves. Nothing of it is in the update's record: after a restart it begins again from what lies
 * in its own slot store. Used by the update's thread.
 */
final class Shadow {

    private static final Logger LOG = LoggerFactory.getLogger(Shadow.class);
    private static final int MAX_CRASHES = 2;

    private final ShadowAssignment assignment;
    private final Digest digest;
    private final ModelName model;
    private final Optional<Manifest> manifest;
    private final Surroundings around;
    private final SlotStore slots;
    private final ShadowAttempts attempts;
    private UpdateState state = UpdateState.FETCHING;
    private Optional<Failure> failure;
    private Optional<Fetch> fetch = Optional.empty();
    private long memoryBytes;

    /**
     * @param manifest empty where {@code refusal} says why
     * @param slots of shadows alone, so that no update throws one away and none can ever serve
     */
    Shadow(
            ShadowAssignment assignment,
            Optional<Manifest> manifest,
            Optional<Failure> refusal,
            Surroundings around,
            SlotStore slots,
            ShadowAttempts attempts) {
        this.assignment = assignment;
        this.digest = Digest.of(assignment.getManifest().getPayload());
        this.model = new ModelName(assignment.getModel());
        this.manifest = manifest;
        this.around = around;
        this.slots = slots;
        this.attempts = attempts;
        this.failure = refusal;
        if (refusal.isPresent()) {
            state = UpdateState.FAILED;
        }
    }

    ShadowAssignment assignment() {
        return assignment;
    }

    ShadowReport report() {
        var report = ShadowReport.newBuilder()
                .setModel(model.value())
                .setSequence(assignment.getSequence())
                .setRolloutId(assignment.getRolloutId())
                .setManifest(digest.toByteString())
                .setState(state.toProto())
                .setMemoryBytes(memoryBytes);
        failure.ifPresent(why -> report.setError(why.toProto()));
        return report.build();
    }

    boolean chunk(Digest blob, int index, byte[] frame) {
        return fetch.isPresent()
                && fetch.get().chunk(blob, index, frame, around.time().monotonicMillis());
    }

    void connected() {
        fetch.ifPresent(Fetch::connected);
    }

    /** Goes on as far as possible without waiting. */
    void advance() {
        try {
            while (step()) {
                LOG.atInfo()
                        .addKeyValue("model", model.value())
                        .addKeyValue("state", state)
                        .log("shadow moved");
            }
        } catch (EdgewrightException e) {
            failed(Failure.of(e));
        }
    }

    /** True when it moved. */
    private boolean step() {
        return switch (state) {
            case FETCHING -> fetched();
            case VERIFYING -> {
                var unfit = around.runtime().unfit(manifest.orElseThrow());
                unfit.ifPresent(this::failed);
                state = unfit.isPresent() ? UpdateState.FAILED : UpdateState.PROBING;
                yield true;
            }
            case PROBING -> begun();
            default -> false;
        };
    }

    private boolean fetched() {
        if (slots.slot(model, digest).isPresent()) {
            state = UpdateState.VERIFYING;
            return true;
        }
        if (fetch.isEmpty()) {
            slots.collect(model, Set.of(), Set.of(digest));
            Staging staging = slots.stage(model, digest);
            staging.writeManifest(assignment.getManifest());
            List<Slot> held = new ArrayList<>(around.slots().held());
            held.addAll(around.lent().get());
            fetch = Optional.of(new Fetch(
                    around.device(),
                    manifest.orElseThrow(),
                    staging,
                    HeldChunks.of(held),
                    slots,
                    around.link(),
                    around.settings(),
                    around.random()));
        }
        boolean whole = fetch.get().advance(around.time().monotonicMillis());
        var wrong = fetch.get().failure();
        if (wrong.isPresent()) {
            failed(wrong.get());
            return true;
        }
        if (whole) {
            leave();
            Staging staging = slots.stage(model, digest);
            staging.slot().verify();
            slots.admit(staging);
        }
        return whole;
    }

    /**
     * Loads and probes it, and lets it run beside another one: not before another one serves. One that killed the agent while it did so is
     * not tried for ever.
     */
    private boolean begun() {
        var serving = around.runtime().active(model);
        if (serving.isEmpty() || serving.get().equals(digest)) {
            return false;
        }
        if (attempts.unfinished(digest) >= MAX_CRASHES) {
            failed(new Failure("CRASH_LOOP", "the agent died " + MAX_CRASHES + " times while this ran beside"));
            return true;
        }
        attempts.begin(digest);
        Slot slot = slots.slot(model, digest).orElseThrow();
        slot.verify();
        var prepared = around.runtime().prepare(slot, manifest.orElseThrow());
        var probed = prepared.probe(slot.readGolden(), manifest.get().getTolerance(), Limits.getDefaultInstance());
        memoryBytes = probed.result().getMemoryBytes();
        if (probed.failure().isPresent()) {
            prepared.close();
            failed(probed.failure().get());
            return true;
        }
        around.runtime().shadow(prepared, manifest.get().getTolerance(), assignment.getSample());
        state = UpdateState.WATCHING;
        return true;
    }

    private void failed(Failure why) {
        LOG.atWarn()
                .addKeyValue("model", model.value())
                .addKeyValue("code", why.code())
                .log("a variant cannot run beside: {}", why.message());
        leave();
        attempts.end();
        failure = Optional.of(why);
        state = UpdateState.FAILED;
    }

    private void leave() {
        fetch.ifPresent(Fetch::close);
        fetch = Optional.empty();
    }

    /** Ends it. What was fetched stays for the update that may follow. */
    void end() {
        leave();
        around.runtime().endShadow(model);
        attempts.end();
    }
}
