package dev.edgewright.agent.update;

import static dev.edgewright.common.update.UpdateEvent.FETCHED;
import static dev.edgewright.common.update.UpdateEvent.GAVE_UP;
import static dev.edgewright.common.update.UpdateEvent.REFUSED;
import static dev.edgewright.common.update.UpdateEvent.VERIFIED;

import dev.edgewright.agent.slot.HeldChunks;
import dev.edgewright.agent.slot.Slot;
import dev.edgewright.agent.slot.Staging;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first half of an update: from an assignment to a whole, verified slot. Nothing that serves is touched. */
final class Acquisition {

    private static final Logger LOG = LoggerFactory.getLogger(Acquisition.class);

    private final ModelName model;
    private final Surroundings around;
    private Optional<Manifest> manifest = Optional.empty();
    private Optional<Failure> refusal = Optional.empty();
    private Fetch fetch;
    private UpdateRecord.Bytes last = UpdateRecord.Bytes.NONE;

    Acquisition(ModelName model, Surroundings around) {
        this.model = model;
        this.around = around;
    }

    /** Keeps what the record does not: the manifest, checked. */
    void remember(Offer offer) {
        manifest = offer.manifest();
        refusal = offer.refusal();
    }

    /** State FETCHING; empty while chunks are on their way. */
    Optional<Happening> fetch(UpdateRecord record) {
        long deadline = record.assignment().getDeadlineUnixMs();
        if (deadline != 0 && around.time().unixMillis() > deadline) {
            return Optional.of(Happening.of(
                    GAVE_UP, new Failure("DEADLINE", "the files were not here when the assignment's deadline passed")));
        }
        if (refusal.isPresent()) {
            return Optional.of(Happening.of(GAVE_UP, refusal.get()));
        }
        if (manifest.isEmpty()) {
            return Optional.empty();
        }
        try {
            return goOn(record);
        } catch (EdgewrightException e) {
            return Optional.of(Happening.of(GAVE_UP, Failure.of(e)));
        }
    }

    /** State VERIFYING. */
    Happening verify(UpdateRecord record) {
        Digest target = record.target().orElseThrow();
        try {
            Slot slot = around.slots().slot(model, target).orElse(null);
            if (slot == null) {
                Staging staging = around.slots().stage(model, target);
                staging.slot().verify();
                leave();
                slot = around.slots().admit(staging);
            } else {
                slot.verify();
            }
            Optional<Failure> unfit = around.runtime().unfit(slot.readManifest());
            return unfit.map(failure -> Happening.of(REFUSED, failure)).orElseGet(() -> Happening.of(VERIFIED));
        } catch (EdgewrightException e) {
            leave();
            return Happening.of(REFUSED, Failure.of(e));
        }
    }

    /** True where the variant before the last has to go, for the disk is short. */
    boolean needsRoom() {
        return fetch == null
                && manifest.isPresent()
                && size(manifest.get()) + around.settings().diskReserveBytes()
                        > around.slots().usableBytes();
    }

    /** True when the chunk was one that is waited for. Throws what the disk throws. */
    boolean chunk(Digest blob, int index, byte[] frame) {
        return fetch != null && fetch.chunk(blob, index, frame, around.time().monotonicMillis());
    }

    void connected() {
        if (fetch != null) {
            fetch.connected();
        }
    }

    /** Bytes as they are this moment; those of the record when nothing is being fetched. */
    UpdateRecord.Bytes bytes(UpdateRecord record) {
        if (fetch != null) {
            return fetch.bytes();
        }
        return last.total() > 0 ? last : record.bytes();
    }

    /** Lets go of files and subscriptions; what was fetched stays on the disk. */
    void leave() {
        if (fetch != null) {
            last = fetch.bytes();
            fetch.close();
            fetch = null;
        }
    }

    /** Another assignment begins. */
    void reset() {
        leave();
        last = UpdateRecord.Bytes.NONE;
    }

    private Optional<Happening> goOn(UpdateRecord record) {
        if (fetch == null) {
            if (heldWhole(record)) {
                return Optional.of(Happening.of(FETCHED));
            }
            fetch = open(record);
        }
        boolean done = fetch.advance(around.time().monotonicMillis());
        if (fetch.failure().isPresent()) {
            return Optional.of(Happening.of(GAVE_UP, fetch.failure().get()));
        }
        return done ? Optional.of(Happening.of(FETCHED)) : Optional.empty();
    }

    private boolean heldWhole(UpdateRecord record) {
        Optional<Slot> slot = around.slots().slot(model, record.target().orElseThrow());
        if (slot.isEmpty()) {
            return false;
        }
        try {
            slot.get().verify();
            long size = size(manifest.orElseThrow());
            last = new UpdateRecord.Bytes(size, size, size);
            return true;
        } catch (EdgewrightException e) {
            LOG.atWarn()
                    .addKeyValue("model", model.value())
                    .log("slot no longer good, fetching it again: {}", e.getMessage());
            around.slots().discard(slot.get());
            return false;
        }
    }

    private Fetch open(UpdateRecord record) {
        Digest target = record.target().orElseThrow();
        Set<Digest> kept = record.kept();
        kept.add(target);
        around.slots().collect(model, kept, Set.of(target));
        Staging staging = around.slots().stage(model, target);
        staging.writeManifest(record.assignment().getManifest());
        List<Slot> held = new ArrayList<>(around.slots().held());
        held.addAll(around.lent().get());
        return new Fetch(
                around.device(),
                manifest.orElseThrow(),
                staging,
                HeldChunks.of(held),
                around.slots(),
                around.link(),
                around.settings(),
                around.random());
    }

    private static long size(Manifest wanted) {
        return wanted.getGraph().getSize() + wanted.getGolden().getSize();
    }
}
