package dev.edgewright.controller.transfer;

import dev.edgewright.common.id.Digest;
import java.util.OptionalInt;

/** Where chunks come from. */
public interface ChunkSource {

    /** How many chunks the blob has; empty when there is no such blob. A chunk index counts as a blob of one chunk. */
    OptionalInt chunks(Digest blob);

    /** The zstd frame of one chunk. Blocks on the disk. */
    byte[] chunk(Digest blob, int index);
}
