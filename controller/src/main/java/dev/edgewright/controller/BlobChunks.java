package dev.edgewright.controller;

import dev.edgewright.common.id.Digest;
import dev.edgewright.controller.catalog.BlobStore;
import dev.edgewright.controller.transfer.ChunkSource;
import java.util.OptionalInt;

/** The catalog's blobs as what transfer moves. */
record BlobChunks(BlobStore blobs) implements ChunkSource {

    @Override
    public OptionalInt chunks(Digest blob) {
        return blobs.chunks(blob);
    }

    @Override
    public byte[] chunk(Digest blob, int index) {
        return blobs.openChunk(blob, index);
    }
}
