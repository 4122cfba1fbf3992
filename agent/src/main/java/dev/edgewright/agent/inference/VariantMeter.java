package dev.edgewright.agent.inference;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.telemetry.LatencySketch;

/** Counts what one variant did: since its activation, and since the last telemetry window. Safe from any thread. */
final class VariantMeter {
    private final ModelName model;
    private final String variant;
    private final Digest manifest;
    private Tally total = new Tally();
    private Tally window = new Tally();

    VariantMeter(ModelName model, String variant, Digest manifest) {
        this.model = model;
        this.variant = variant;
        this.manifest = manifest;
    }

    synchronized void answered(double seconds) {
        total.answered(seconds);
        window.answered(seconds);
    }

    synchronized void failed() {
        total.failed();
        window.failed();
    }

    synchronized void rejected() {
        total.rejected++;
        window.rejected++;
    }

    /** Forgets what was counted since activation; the probe's own runs are not live traffic. */
    synchronized void restart() {
        total = new Tally();
    }

    synchronized VariantStats total() {
        return stats(total);
    }

    /** What happened since the last call; the next call starts at zero. */
    synchronized ModelActivity drain() {
        Tally done = window;
        window = new Tally();
        return new ModelActivity(model, stats(done));
    }

    private VariantStats stats(Tally tally) {
        LatencySketch copy = new LatencySketch();
        copy.merge(tally.latency);
        return new VariantStats(variant, manifest, tally.requests, tally.errors, tally.rejected, copy);
    }

    private static final class Tally {
        private final LatencySketch latency = new LatencySketch();
        private long requests;
        private long errors;
        private long rejected;

        void answered(double seconds) {
            requests++;
            latency.record(seconds);
        }

        void failed() {
            requests++;
            errors++;
        }
    }
}
