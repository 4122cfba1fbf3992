package dev.edgewright.common.artifact;

/**
 * Where one chunk lies in its blob.
 *
 * @param offset bytes from the start of the blob
 * @param length plain bytes, at least 1
 */
public record ChunkRange(long offset, int length) {

    public ChunkRange {
        if (offset < 0 || length < 1) {
            throw new IllegalArgumentException("no chunk: offset " + offset + ", length " + length);
        }
    }

    /** The first byte after it. */
    public long end() {
        return offset + length;
    }
}
