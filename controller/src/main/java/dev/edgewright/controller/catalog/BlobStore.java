package dev.edgewright.controller.catalog;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import dev.edgewright.common.protocol.v1.File;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Content-addressed blobs with their chunk indexes. What is in it never changes. Thread-safe, blocks on the disk. */
public interface BlobStore {

    /**
     * Stores a file and its chunk index, durably before it returns; a second time costs one hash of the file.
     *
     * @param name that the file carries in manifests
     * @return the file with digest, size, index digest and number of chunks
     */
    File put(Path source, String name);

    /** Chunks of a blob; 1 for a chunk index; empty when unknown. */
    OptionalInt chunks(Digest blob);

    Optional<ChunkIndex> index(Digest blob);

    /**
     * The zstd frame of one chunk.
     *
     * @throws dev.edgewright.common.error.EdgewrightException BLOB_NOT_FOUND, CHUNK_NOT_FOUND
     */
    byte[] openChunk(Digest blob, int chunk);

    /**
     * The plain blob, for ranges; the caller closes it.
     *
     * @throws dev.edgewright.common.error.EdgewrightException BLOB_NOT_FOUND
     */
    SeekableByteChannel openBlob(Digest blob);

    /** Plain bytes of a blob. */
    OptionalLong size(Digest blob);

    /** The file that holds the plain blob, for sending without a copy. */
    Optional<Path> path(Digest blob);
}
