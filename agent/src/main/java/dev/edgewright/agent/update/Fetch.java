package dev.edgewright.agent.update;

import dev.edgewright.agent.link.Link;
import dev.edgewright.agent.slot.HeldChunks;
import dev.edgewright.agent.slot.PartialBlob;
import dev.edgewright.agent.slot.Slot.Part;
import dev.edgewright.agent.slot.SlotStore;
import dev.edgewright.agent.slot.Staging;
import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.artifact.ChunkCodec;
import dev.edgewright.common.artifact.IndexedBlob;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.Codec;
import dev.edgewright.common.protocol.Decoded;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import dev.edgewright.common.protocol.v1.File;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Want;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the files of one variant into its staging place: for each file the index, then what is held already, then the
 * rest over the link.
 *
 * <p>All devices of a wave go through the blobs in the same order, so that one publish serves them all.
 */
public final class Fetch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Fetch.class);

    /** One blob to be had: the index of a part, or its content. */
    private record Step(Part part, File file, boolean index) {
        Digest blob() {
            return Digest.ofBytes(index ? file.getIndexDigest() : file.getDigest());
        }
    }

    private final DeviceId device;
    private final Manifest manifest;
    private final Staging staging;
    private final HeldChunks held;
    private final SlotStore slots;
    private final Link link;
    private final UpdateSettings settings;
    private final Asking asking;
    private final Deque<Step> steps = new ArrayDeque<>();
    private final Map<Integer, Integer> corrupt = new HashMap<>();
    private Optional<Digest> followed = Optional.empty();
    private PartialBlob content;
    private Failure failure;
    private final long total;
    private long doneBefore;
    private long reused;

    /** @param held where chunks lie that need not be fetched */
    public Fetch(
            DeviceId device,
            Manifest manifest,
            Staging staging,
            HeldChunks held,
            SlotStore slots,
            Link link,
            UpdateSettings settings,
            RandomGenerator random) {
        this.device = device;
        this.manifest = manifest;
        this.staging = staging;
        this.held = held;
        this.slots = slots;
        this.link = link;
        this.settings = settings;
        this.asking = new Asking(settings, random);
        long sum = 0;
        for (Part part : List.of(Part.GOLDEN, Part.MODEL)) {
            Optional<File> file = part.of(manifest);
            if (file.isPresent()) {
                steps.add(new Step(part, file.get(), true));
                steps.add(new Step(part, file.get(), false));
                sum += file.get().getSize();
            }
        }
        this.total = sum;
    }

    /** Goes on as far as possible without waiting. True once everything is here and on the medium. */
    public boolean advance(long nowMs) {
        while (failure == null && !steps.isEmpty()) {
            Step step = steps.peek();
            boolean here = step.index() ? openIndex(step) : openContent(step);
            if (!here) {
                ask(step, nowMs);
                return false;
            }
            finish(step);
        }
        if (failure != null) {
            return false;
        }
        staging.force();
        return true;
    }

    /** Why it gave up; empty while it goes on. */
    public Optional<Failure> failure() {
        return Optional.ofNullable(failure);
    }

    UpdateRecord.Bytes bytes() {
        return new UpdateRecord.Bytes(total, doneBefore + (content == null ? 0 : content.bytesDone()), reused);
    }

    /** The connection is new: what was asked for may be lost. */
    public void connected() {
        asking.now();
    }

    /** Takes a chunk; true when it was one that is being waited for. Damage is counted and asked for again. */
    public boolean chunk(Digest blob, int index, byte[] frame, long nowMs) {
        Step step = steps.peek();
        if (step == null || failure != null || !step.blob().equals(blob)) {
            return false;
        }
        try {
            boolean wanted = step.index() ? takeIndex(step, index, frame) : takeContent(index, frame);
            if (wanted) {
                asking.arrived(nowMs);
            }
            return wanted;
        } catch (EdgewrightException e) {
            if (!e.code().name().equals("CHUNK_CORRUPT")) {
                throw e;
            }
            damaged(blob, index, e, nowMs);
            return false;
        }
    }

    @Override
    public void close() {
        unfollow();
        staging.close();
    }

    private boolean openIndex(Step step) {
        Optional<byte[]> earlier = staging.readIndex(step.part());
        return earlier.isPresent() && Digest.of(earlier.get()).equals(step.blob());
    }

    private boolean openContent(Step step) {
        if (content == null) {
            Optional<ChunkIndex> index = checkedIndex(step);
            if (index.isEmpty()) {
                return false;
            }
            content = staging.blob(step.part(), index.get());
            reuse();
            requireRoom(step);
        }
        return content.complete();
    }

    /** The index has the digest that the manifest signs; whether it makes sense is another question. */
    private Optional<ChunkIndex> checkedIndex(Step step) {
        byte[] encoded = staging.readIndex(step.part()).orElseThrow();
        Decoded<ChunkIndex> decoded = Codec.decode(MessageKind.CHUNK_INDEX, encoded);
        if (decoded instanceof Decoded.Refused<ChunkIndex> refused) {
            failure = new Failure("INDEX_INVALID", refused.reason() + ": " + refused.detail());
            return Optional.empty();
        }
        try {
            ChunkIndex index = decoded.toOptional().orElseThrow();
            return Optional.of(IndexedBlob.of(step.file(), index).index());
        } catch (EdgewrightException e) {
            failure = Failure.of(e);
            return Optional.empty();
        }
    }

    private void reuse() {
        ChunkBitmap missing = content.missing();
        for (int i = 0; i < content.chunks(); i++) {
            if (missing.isSet(i)) {
                Optional<byte[]> plain = held.read(content.digest(i));
                if (plain.isPresent()) {
                    content.put(i, plain.get());
                    reused += plain.get().length;
                }
            }
        }
    }

    private void requireRoom(Step step) {
        long needed = step.file().getSize() - content.bytesDone();
        long usable = slots.usableBytes();
        if (needed > 0 && needed + settings.diskReserveBytes() > usable) {
            failure = new Failure(
                    "DISK_FULL",
                    needed + " bytes of " + step.file().getName() + " are missing, " + usable
                            + " bytes are free, of which " + settings.diskReserveBytes()
                            + " stay free; free space on the device or assign a smaller variant");
        }
    }

    private void ask(Step step, long nowMs) {
        if (failure != null || !link.connected()) {
            return;
        }
        if (followed.isEmpty() || !followed.get().equals(step.blob())) {
            unfollow();
            followed = Optional.of(step.blob());
            asking.now();
        }
        if (!asking.due(nowMs)) {
            return;
        }
        // Again each time: another fetch of the same blob may have ended and unfollowed it.
        link.follow(step.blob());
        ChunkBitmap missing = step.index() ? ChunkBitmap.all(1) : content.missing();
        link.want(Want.newBuilder()
                .setDeviceId(device.value())
                .setDigest(step.blob().toByteString())
                .setChunks(step.index() ? 1 : content.chunks())
                .setMissing(missing.toByteString())
                .setWindow(step.index() ? 1 : settings.window())
                .build());
        asking.asked(nowMs);
    }

    private boolean takeIndex(Step step, int index, byte[] frame) {
        if (index != 0) {
            return false;
        }
        byte[] plain = ChunkCodec.decompress(frame, step.file().getIndexSize(), step.blob());
        staging.writeIndex(step.part(), plain);
        return true;
    }

    private boolean takeContent(int index, byte[] frame) {
        if (content == null
                || index < 0
                || index >= content.chunks()
                || !content.missing().isSet(index)) {
            return false;
        }
        content.put(index, ChunkCodec.decompress(frame, content.length(index), content.digest(index)));
        corrupt.remove(index);
        return true;
    }

    private void damaged(Digest blob, int index, EdgewrightException e, long nowMs) {
        int times = corrupt.merge(index, 1, Integer::sum);
        LOG.atWarn()
                .addKeyValue("blob", blob.shortHex())
                .addKeyValue("chunk", index)
                .addKeyValue("times", times)
                .log("chunk damaged on the way, asking again: {}", e.getMessage());
        if (times >= settings.corruptChunks()) {
            failure = new Failure(
                    "CHUNK_CORRUPT",
                    "chunk " + index + " of " + blob.shortHex() + " arrived damaged " + times + " times: "
                            + e.getMessage());
        } else {
            asking.damaged(times, nowMs);
        }
    }

    private void finish(Step step) {
        steps.remove();
        corrupt.clear();
        if (!step.index()) {
            doneBefore += content.bytesDone();
            content = null;
        }
        unfollow();
        asking.now();
    }

    private void unfollow() {
        followed.ifPresent(link::unfollow);
        followed = Optional.empty();
    }
}
