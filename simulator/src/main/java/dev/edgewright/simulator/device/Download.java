package dev.edgewright.simulator.device;

import com.google.protobuf.ByteString;
import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.artifact.ChunkCodec;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.Codec;
import dev.edgewright.common.protocol.Decoded;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.v1.ChunkEntry;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import dev.edgewright.common.protocol.v1.File;
import dev.edgewright.common.protocol.v1.Want;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;

/**
 * One file on its way: first its chunk index, then its chunks in any order. Each frame is unpacked and checked against the index, the
 * index against the manifest; the plain bytes are then dropped. What is kept is the bitmap of what is missing, and, on one device for all
 * ({@link Checks}), a running digest of the whole file for as long as chunks happen to come in order from the first.
 */
final class Download {

    /** What a frame meant. */
    enum Taken {
        NOT_OURS,
        CORRUPT,
        /** Every digest is right, and still the parts do not fit the manifest: asking again is of no use. */
        CONTRADICTION,
        /** The index is known now: subscribe to the chunks. */
        INDEX,
        CHUNK,
        COMPLETE
    }

    private final File file;
    private final Digest content;
    private final Digest indexDigest;
    private final Set<ByteString> held;
    private final Checks checks;
    private ChunkIndex index;
    private ChunkBitmap missing;
    private MessageDigest running;
    private int nextInOrder;
    private long done;
    private long reused;
    private long received;

    /** @param held digests of the chunks that the device has already; what arrives is added */
    Download(File file, Set<ByteString> held, Checks checks) {
        this.file = file;
        this.content = Digest.ofBytes(file.getDigest());
        this.indexDigest = Digest.ofBytes(file.getIndexDigest());
        this.held = held;
        this.checks = checks;
        this.running = checks.claimWhole(content) ? Digest.sha256() : null;
    }

    /** The blob that it waits for now: the index, then the content. */
    Digest blob() {
        return index == null ? indexDigest : content;
    }

    boolean complete() {
        return missing != null && missing.isEmpty();
    }

    long done() {
        return done;
    }

    long reused() {
        return reused;
    }

    /** Bytes of frames that were good. */
    long received() {
        return received;
    }

    int stillMissing() {
        return missing == null ? 1 : missing.cardinality();
    }

    Want want(DeviceId device, int window) {
        Want.Builder want = Want.newBuilder().setDeviceId(device.value()).setDigest(blob().toByteString());
        if (index == null) {
            return want.setChunks(1)
                    .setMissing(ChunkBitmap.all(1).toByteString())
                    .setWindow(1)
                    .build();
        }
        return want.setChunks(missing.chunks())
                .setMissing(missing.toByteString())
                .setWindow(window)
                .build();
    }

    Taken take(Digest blob, int chunk, byte[] frame) {
        try {
            if (index == null) {
                return blob.equals(indexDigest) && chunk == 0 ? takeIndex(frame) : Taken.NOT_OURS;
            }
            if (!blob.equals(content) || chunk >= missing.chunks() || !missing.isSet(chunk)) {
                return Taken.NOT_OURS;
            }
            ChunkEntry entry = index.getChunks(chunk);
            boolean inOrder = running != null && chunk == nextInOrder;
            Optional<byte[]> plain = checks.frame(entry, frame, inOrder);
            received += frame.length;
            have(chunk, entry, inOrder ? plain : Optional.empty());
            return finished();
        } catch (EdgewrightException e) {
            return Taken.CORRUPT;
        }
    }

    private Taken takeIndex(byte[] frame) {
        byte[] plain = ChunkCodec.decompress(frame, file.getIndexSize(), indexDigest);
        if (!(Codec.<ChunkIndex>decode(MessageKind.CHUNK_INDEX, plain)
                instanceof Decoded.Accepted<ChunkIndex> accepted)) {
            return Taken.CONTRADICTION;
        }
        ChunkIndex found = accepted.message();
        long size =
                found.getChunksList().stream().mapToLong(ChunkEntry::getLength).sum();
        if (found.getChunksCount() != file.getChunks() || size != file.getSize()) {
            return Taken.CONTRADICTION;
        }
        received += frame.length;
        index = found;
        missing = ChunkBitmap.all(file.getChunks());
        for (int i = 0; i < found.getChunksCount(); i++) {
            ChunkEntry entry = found.getChunks(i);
            if (held.contains(entry.getDigest())) {
                missing.clear(i);
                done += entry.getLength();
                reused += entry.getLength();
                giveUpWhole();
            }
        }
        return missing.isEmpty() ? Taken.COMPLETE : Taken.INDEX;
    }

    private void have(int chunk, ChunkEntry entry, Optional<byte[]> inOrder) {
        missing.clear(chunk);
        held.add(entry.getDigest());
        done += entry.getLength();
        if (inOrder.isPresent()) {
            running.update(inOrder.get());
            nextInOrder++;
        } else {
            giveUpWhole(); // out of order: from here on the chunks' own digests have to do
        }
    }

    /** It will not be finished. */
    void abandon() {
        giveUpWhole();
    }

    private void giveUpWhole() {
        if (running != null) {
            running = null;
            checks.unclaimWhole(content);
        }
    }

    private Taken finished() {
        if (!missing.isEmpty()) {
            return Taken.CHUNK;
        }
        boolean fits = running == null || Digest.ofBytes(running.digest()).equals(content);
        running = null;
        if (!fits) {
            checks.unclaimWhole(content);
        }
        return fits ? Taken.COMPLETE : Taken.CONTRADICTION;
    }
}
