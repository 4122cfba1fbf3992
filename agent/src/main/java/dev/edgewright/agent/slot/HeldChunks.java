package dev.edgewright.agent.slot;

import dev.edgewright.agent.slot.Slot.Part;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.ChunkEntry;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Where every chunk that this device already holds can be read, by the chunk's digest. */
public final class HeldChunks {

    private record Place(Path file, long offset, int length) {}

    private final Map<Digest, Place> places = new HashMap<>();

    private HeldChunks() {}

    /** Reads the indexes of these slots. A slot whose index is absent or damaged only offers nothing. */
    public static HeldChunks of(Collection<Slot> slots) {
        HeldChunks held = new HeldChunks();
        for (Slot slot : slots) {
            for (Part part : Part.values()) {
                held.add(slot, part);
            }
        }
        return held;
    }

    /** The plain chunk, its SHA-256 checked; empty when it is not held or no longer what it was. */
    public Optional<byte[]> read(Digest chunk) {
        Place place = places.get(chunk);
        if (place == null) {
            return Optional.empty();
        }
        try (RandomAccessFile in = new RandomAccessFile(place.file().toFile(), "r")) {
            byte[] plain = new byte[place.length()];
            in.seek(place.offset());
            in.readFully(plain);
            return Digest.of(plain).equals(chunk) ? Optional.of(plain) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    public int size() {
        return places.size();
    }

    private void add(Slot slot, Part part) {
        Path file = slot.file(part);
        if (!Files.exists(slot.index(part)) || !Files.exists(file)) {
            return;
        }
        try {
            long at = 0;
            for (ChunkEntry entry :
                    ChunkIndex.parseFrom(Files.readAllBytes(slot.index(part))).getChunksList()) {
                Digest digest = Digest.ofBytes(entry.getDigest());
                places.putIfAbsent(digest, new Place(file, at, entry.getLength()));
                at += Integer.toUnsignedLong(entry.getLength());
            }
        } catch (IOException | RuntimeException e) {
            // What cannot be reused is fetched.
            return;
        }
    }
}
