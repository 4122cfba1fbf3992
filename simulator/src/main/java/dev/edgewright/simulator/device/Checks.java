package dev.edgewright.simulator.device;

import com.google.protobuf.ByteString;
import dev.edgewright.common.artifact.ChunkCodec;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.ChunkEntry;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.signing.TrustedKeys;
import dev.edgewright.common.trust.CheckedManifest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Every check that devices make on what they are sent, made once for all devices of a process where the bytes are the same: a frame that
 * equals, byte for byte, one that was unpacked and held against the same digest needs no second unpacking, nor a manifest a second
 * verification. Desired states differ by device and are verified each. Thread-safe.
 */
public final class Checks {

    private static final long FRAME_BYTES = 96L << 20;
    private static final int MANIFESTS = 256;

    private final TrustedKeys trust;
    private final Map<Signed, CheckedManifest> manifests = new ConcurrentHashMap<>();
    private final Map<ByteString, byte[]> frames = new LinkedHashMap<>(64, 0.75f, true);
    private final Set<Digest> claimed = ConcurrentHashMap.newKeySet();
    private long held;

    public Checks(TrustedKeys trust) {
        this.trust = trust;
    }

    /** As {@link TrustedKeys#verify}. */
    byte[] verify(String context, Signed signed) {
        return trust.verify(context, signed);
    }

    CheckedManifest manifest(Signed signed, String model, DeviceId device) {
        CheckedManifest known = manifests.get(signed);
        if (known != null && known.isOf(model)) {
            return known;
        }
        CheckedManifest checked = CheckedManifest.of(signed, model, trust::verify, device);
        if (checked.manifest().isPresent() && manifests.size() < MANIFESTS) {
            manifests.put(signed, checked);
        }
        return checked;
    }

    /**
     * Whether the frame holds the chunk.
     *
     * @param plainWanted whether the caller needs the plain bytes
     * @return the plain bytes where they were wanted or had to be made
     * @throws EdgewrightException CHUNK_CORRUPT
     */
    Optional<byte[]> frame(ChunkEntry entry, byte[] frame, boolean plainWanted) {
        if (!plainWanted && isKnown(entry.getDigest(), frame)) {
            return Optional.empty();
        }
        byte[] plain = ChunkCodec.decompress(frame, entry.getLength(), Digest.ofBytes(entry.getDigest()));
        remember(entry.getDigest(), frame);
        return Optional.of(plain);
    }

    /** True for the one who is to hold a whole file against its digest; the others' chunks are each held against theirs. */
    boolean claimWhole(Digest content) {
        return claimed.add(content);
    }

    /** Whoever claimed it could not do it. */
    void unclaimWhole(Digest content) {
        claimed.remove(content);
    }

    private synchronized boolean isKnown(ByteString digest, byte[] frame) {
        return Arrays.equals(frames.get(digest), frame);
    }

    private synchronized void remember(ByteString digest, byte[] frame) {
        byte[] before = frames.put(digest, frame);
        held += frame.length - (before == null ? 0 : before.length);
        var oldest = frames.entrySet().iterator();
        while (held > FRAME_BYTES && oldest.hasNext()) {
            held -= oldest.next().getValue().length;
            oldest.remove();
        }
    }
}
