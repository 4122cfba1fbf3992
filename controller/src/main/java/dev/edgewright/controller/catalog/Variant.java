package dev.edgewright.controller.catalog;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Accuracy;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Signed;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * One way to run a model version, as devices get it.
 *
 * @param digest of the manifest payload; the identity of the variant everywhere
 * @param manifest what {@code signed} carries
 * @param workload what a run computes, from which latency is predicted
 * @param latencyHere measured on the controller's machine
 * @param fasterThanOriginal as measured here, against the original of the same version
 */
public record Variant(
        Digest digest,
        Manifest manifest,
        Signed signed,
        Workload workload,
        LatencyHere latencyHere,
        boolean fasterThanOriginal,
        Instant createdAt) {

    public Variant {
        Objects.requireNonNull(digest, "digest");
        Objects.requireNonNull(manifest, "manifest");
        Objects.requireNonNull(signed, "signed");
        Objects.requireNonNull(workload, "workload");
        Objects.requireNonNull(latencyHere, "latencyHere");
        Objects.requireNonNull(createdAt, "createdAt");
    }

    public ModelName model() {
        return new ModelName(manifest.getModel());
    }

    public String version() {
        return manifest.getVersion();
    }

    public String name() {
        return manifest.getVariant();
    }

    public String recipe() {
        return manifest.getRecipe();
    }

    /** Bytes of the graph file. */
    public long bytes() {
        return manifest.getGraph().getSize();
    }

    public Digest graph() {
        return Digest.ofBytes(manifest.getGraph().getDigest().toByteArray());
    }

    public Accuracy accuracy() {
        return manifest.getAccuracy();
    }

    public boolean hasAccuracy() {
        return !manifest.getAccuracy().getMetric().isEmpty();
    }

    /** Instruction sets without which this variant is not offered; "a|b" means either. */
    public List<String> requiresIsa() {
        return manifest.getRequiresIsaList();
    }

    public boolean original() {
        return manifest.getVariant().equals("fp32");
    }

    /**
     * Latency of one run on the controller's machine, single inputs.
     *
     * @param p50Ms 0 when it was not measured
     */
    public record LatencyHere(double p50Ms, double p95Ms, int runs) {
        public static final LatencyHere NONE = new LatencyHere(0, 0, 0);
    }
}
