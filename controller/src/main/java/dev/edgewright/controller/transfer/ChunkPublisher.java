package dev.edgewright.controller.transfer;

import dev.edgewright.common.id.Digest;

/** Puts one chunk on its topic. */
@FunctionalInterface
public interface ChunkPublisher {

    /**
     * Publishes chunk {@code index} of {@code blob} at QoS 1, not retained.
     *
     * @param frame the zstd frame of the plain chunk
     * @return false when the link can take no more now; the chunk is offered again later
     */
    boolean publish(Digest blob, int index, byte[] frame);
}
