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
 * @param budgets of this window, by name; "all" is the one for everything
 */
public record TransferStats(
        long publishedChunks,
        long publishedBytes,
        long wants,
        long refusedWants,
        long droppedReceivers,
        int activeBlobs,
        Map<Digest, Long> publishedByBlob,
        Map<String, Spent> budgets) {

    /**
     * @param bytes that went out in this window
     * @param most 0 for no bound
     * @param full nothing more goes out in this window
     */
    public record Spent(long bytes, long most, boolean full) {}

    public TransferStats {
        publishedByBlob = Map.copyOf(publishedByBlob);
        budgets = Map.copyOf(budgets);
    }
}
