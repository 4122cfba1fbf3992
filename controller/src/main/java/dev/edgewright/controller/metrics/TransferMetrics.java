package dev.edgewright.controller.metrics;

import dev.edgewright.controller.transfer.TransferService;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** What was sent to devices. */
public final class TransferMetrics implements MultiCollector {
    private final TransferService transfer;

    public TransferMetrics(TransferService transfer) {
        this.transfer = transfer;
    }

    @Override
    public MetricSnapshots collect() {
        var stats = transfer.stats();
        var spent = Family.gauge(
                "edgewright_transfer_window_bytes", "Compressed bytes of chunks in this window of a budget.");
        var full = Family.gauge(
                "edgewright_transfer_window_full", "1 while a budget lets nothing more out in this window.");
        stats.budgets().forEach((name, budget) -> {
            spent.add(budget.bytes(), "budget", name);
            full.add(budget.full() ? 1 : 0, "budget", name);
        });
        return new MetricSnapshots(
                spent.done(),
                full.done(),
                Family.counter(
                                "edgewright_transfer_published_bytes",
                                "Compressed bytes of chunks handed to the broker.")
                        .add(stats.publishedBytes())
                        .done(),
                Family.counter("edgewright_transfer_published_chunks", "Chunks handed to the broker.")
                        .add(stats.publishedChunks())
                        .done(),
                Family.counter("edgewright_transfer_wants", "Requests for chunks.")
                        .add(stats.wants() - stats.refusedWants(), "outcome", "taken")
                        .add(stats.refusedWants(), "outcome", "refused")
                        .done(),
                Family.counter(
                                "edgewright_transfer_dropped_receivers",
                                "Receivers that stalled and no longer hold others back.")
                        .add(stats.droppedReceivers())
                        .done(),
                Family.gauge("edgewright_transfer_active_blobs", "Blobs of which some receiver still lacks chunks.")
                        .add(stats.activeBlobs())
                        .done());
    }
}
