package dev.edgewright.controller.transfer;

import dev.edgewright.common.id.Digest;
import java.util.Map;

/**
 * What was sent since the start.
 *
 * @param publishedChunks chunks handed to the broker
 * @param publishedBytes compressed bytes handed to the broker
 * @param wants wants taken
 * @param refusedWants wants for unknown blobs or with a bitmap that cannot be
 * @param droppedReceivers receivers that stalled and no longer hold the cursor back
 * @param activeBlobs blobs that some live receiver still lacks chunks of
 * @param publishedByBlob compressed bytes published, by blob
 */
public record TransferStats(
        long publishedChunks,
        long publishedBytes,
        long wants,
        long refusedWants,
        long droppedReceivers,
        int activeBlobs,
        Map<Digest, Long> publishedByBlob) {
    public TransferStats {
        publishedByBlob = Map.copyOf(publishedByBlob);
    }
}
