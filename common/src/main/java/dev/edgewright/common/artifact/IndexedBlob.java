package dev.edgewright.common.artifact;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.ChunkEntry;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import dev.edgewright.common.protocol.v1.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * A file as manifests name it, and the list of its chunks.
 *
 * @param file name, digest, size, and the digest and size of the encoded index
 * @param index its chunks in order
 */
public record IndexedBlob(File file, ChunkIndex index) {

    /** Cuts a file and digests it and its chunks, in one pass that holds 1 MiB at a time. */
    public static IndexedBlob index(Path path, String name) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return index(in, name);
        }
    }

    /** Like {@link #index(Path, String)}, for all that is left in a stream; does not close it. */
    public static IndexedBlob index(InputStream in, String name) throws IOException {
        ChunkIndex.Builder index = ChunkIndex.newBuilder();
        MessageDigest whole = Digest.sha256();
        long[] size = new long[1];
        FastCdc.cut(in, (range, buffer, from) -> {
            whole.update(buffer, from, range.length());
            MessageDigest chunk = Digest.sha256();
            chunk.update(buffer, from, range.length());
            index.addChunks(ChunkEntry.newBuilder()
                    .setDigest(Digest.ofBytes(chunk.digest()).toByteString())
                    .setLength(range.length()));
            size[0] = range.end();
        });
        byte[] encoded = index.build().toByteArray();
        File file = File.newBuilder()
                .setName(name)
                .setDigest(Digest.ofBytes(whole.digest()).toByteString())
                .setSize(size[0])
                .setIndexDigest(Digest.of(encoded).toByteString())
                .setIndexSize(encoded.length)
                .setChunks(index.getChunksCount())
                .build();
        return new IndexedBlob(file, index.build());
    }

    /**
     * A file and an index that came over the network.
     *
     * @throws EdgewrightException {@code INDEX_MISMATCH} (caller) where they do not belong together
     */
    public static IndexedBlob of(File file, ChunkIndex index) {
        long size = 0;
        for (ChunkEntry entry : index.getChunksList()) {
            size += Integer.toUnsignedLong(entry.getLength());
        }
        if (index.getChunksCount() != file.getChunks() || size != file.getSize()) {
            throw EdgewrightException.caller(
                    "INDEX_MISMATCH",
                    "the index lists " + index.getChunksCount() + " chunks and " + size + " bytes, the manifest says "
                            + file.getChunks() + " and " + file.getSize() + " for " + file.getName());
        }
        return new IndexedBlob(file, index);
    }

    public Digest digest() {
        return Digest.ofBytes(file.getDigest());
    }

    public Digest indexDigest() {
        return Digest.ofBytes(file.getIndexDigest());
    }

    /** The content of the blob that {@link #indexDigest} names. */
    public byte[] encodedIndex() {
        return index.toByteArray();
    }

    public int chunks() {
        return index.getChunksCount();
    }

    public Digest chunkDigest(int chunk) {
        return Digest.ofBytes(index.getChunks(chunk).getDigest());
    }

    public int chunkLength(int chunk) {
        return index.getChunks(chunk).getLength();
    }

    /** Where each chunk begins, and one more entry, the size. */
    public long[] offsets() {
        long[] offsets = new long[chunks() + 1];
        for (int i = 0; i < chunks(); i++) {
            offsets[i + 1] = offsets[i] + chunkLength(i);
        }
        return offsets;
    }
}
