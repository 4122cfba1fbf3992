package dev.edgewright.controller.catalog;

import java.util.List;

/**
 * What one run of a graph computes, as ONNX Runtime runs it: multiply-accumulates by kernel and precision, and the
 * share of the measured time that no such kernel explains.
 *
 * @param parts one per (kernel, precision)
 * @param otherShare time of all other operators divided by the time of the parts, measured here; 0 when unknown
 * @param peakBytes weights and activations, a lower bound of what a session needs
 */
public record Workload(List<Part> parts, double otherShare, long peakBytes) {

    public static final Workload UNKNOWN = new Workload(List.of(), 0, 0);

    public Workload {
        parts = List.copyOf(parts);
        if (!(otherShare >= 0) || Double.isInfinite(otherShare)) {
            throw new IllegalArgumentException("otherShare must be finite and >= 0: " + otherShare);
        }
    }

    public boolean known() {
        return !parts.isEmpty();
    }

    /**
     * @param kernel "conv", "depthwise_conv" or "gemm", as probes name them
     * @param precision "fp32", "u8s8" or "s8s8", as probes name them
     * @param macs multiply-accumulates of one run
     * @param calls operators that share them; macs / calls says which probe size is nearest
     */
    public record Part(String kernel, String precision, double macs, int calls) {}
}
