package dev.edgewright.agent.slot;

import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A blob of which some chunks are there.
 *
 * <p>No separate note says which: opening hashes what the file holds. So nothing can disagree with the content after a
 * kill, and a chunk torn by a power cut is simply fetched again. SHA-256 reads about 0.3-1.5 GB/s, less than a second
 * for a large model.
 */
public final class PartialBlob implements AutoCloseable {

    private final Disk.WritableFile file;
    private final ChunkIndex index;
    private final long[] offsets;
    private final ChunkBitmap missing;
    private long bytesDone;

    private PartialBlob(Disk.WritableFile file, ChunkIndex index) {
        this.file = file;
        this.index = index;
        this.offsets = offsets(index);
        this.missing = ChunkBitmap.all(index.getChunksCount());
    }

    static PartialBlob open(Disk disk, Path path, ChunkIndex index) {
        long size = 0;
        for (var chunk : index.getChunksList()) {
            size += Integer.toUnsignedLong(chunk.getLength());
        }
        boolean resumed = Files.exists(path);
        PartialBlob blob = new PartialBlob(disk.open(path, size), index);
        if (resumed) {
            blob.countWhatIsThere(path);
        }
        return blob;
    }

    /** Chunks still to be had; a live view, not to be changed by the caller. */
    public ChunkBitmap missing() {
        return missing;
    }

    public int chunks() {
        return index.getChunksCount();
    }

    public int length(int chunk) {
        return index.getChunks(chunk).getLength();
    }

    public Digest digest(int chunk) {
        return Digest.ofBytes(index.getChunks(chunk).getDigest());
    }

    /** Plain bytes present. */
    public long bytesDone() {
        return bytesDone;
    }

    public boolean complete() {
        return missing.isEmpty();
    }

    /** Writes a chunk whose SHA-256 the caller has checked. A chunk that is there already is not written again. */
    public void put(int chunk, byte[] plain) {
        if (!missing.isSet(chunk)) {
            return;
        }
        file.write(offsets[chunk], plain);
        missing.clear(chunk);
        bytesDone += plain.length;
    }

    public void force() {
        file.force();
    }

    @Override
    public void close() {
        file.close();
    }

    private void countWhatIsThere(Path path) {
        try (RandomAccessFile in = new RandomAccessFile(path.toFile(), "r")) {
            long size = in.length();
            for (int i = 0; i < chunks(); i++) {
                if (offsets[i] + length(i) > size) {
                    continue;
                }
                byte[] plain = new byte[length(i)];
                in.seek(offsets[i]);
                in.readFully(plain);
                if (Digest.of(plain).equals(digest(i))) {
                    missing.clear(i);
                    bytesDone += plain.length;
                }
            }
        } catch (IOException e) {
            throw EdgewrightException.resource(
                    "DISK_FAILED", "cannot read back " + path + ": " + e.getMessage() + "; check the device's disk");
        }
    }

    private static long[] offsets(ChunkIndex index) {
        long[] offsets = new long[index.getChunksCount()];
        long at = 0;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = at;
            at += index.getChunks(i).getLength();
        }
        return offsets;
    }
}
