package dev.edgewright.agent.slot;

import dev.edgewright.agent.slot.Slot.Part;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import dev.edgewright.common.protocol.v1.Signed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** A variant being put together: the same files as a {@link Slot}, none of them to be trusted yet. */
public final class Staging implements AutoCloseable {

    private final Slot slot;
    private final Disk disk;
    private final Map<Part, PartialBlob> open = new EnumMap<>(Part.class);

    Staging(Slot slot, Disk disk) {
        this.slot = slot;
        this.disk = disk;
    }

    public Slot slot() {
        return slot;
    }

    public void writeManifest(Signed manifest) {
        disk.replace(slot.directory().resolve(Slot.MANIFEST), manifest.toByteArray());
    }

    /** The encoded index that an earlier attempt left; the caller checks its digest. */
    public Optional<byte[]> readIndex(Part part) {
        Path file = slot.index(part);
        try {
            return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    public void writeIndex(Part part, byte[] encoded) {
        disk.replace(slot.index(part), encoded);
    }

    /** The part's content as far as it is there. Chunks left by an earlier attempt count once their SHA-256 is right. */
    public PartialBlob blob(Part part, ChunkIndex index) {
        return open.computeIfAbsent(part, p -> PartialBlob.open(disk, slot.file(p), index));
    }

    /** Returns once every part that was opened is on the medium. */
    public void force() {
        open.values().forEach(PartialBlob::force);
    }

    @Override
    public void close() {
        open.values().forEach(PartialBlob::close);
        open.clear();
    }
}
