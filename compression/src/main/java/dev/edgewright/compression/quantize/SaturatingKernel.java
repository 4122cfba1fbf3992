package dev.edgewright.compression.quantize;

/**
 * The integer arithmetic of int8 kernels on x86, exactly: without VNNI (vpmaddubsw, then vpmaddwd) the products of two neighbouring inputs
 * are added with saturation to 16 bits before they go into the 32-bit sum; with VNNI (vpdpbusd) nothing saturates.
 */
final class SaturatingKernel {

    private final int inputs;
    private final int outputs;
    private final int[] even; // [pair][output]
    private final int[] odd;
    private final int[] columnSums;
    private final boolean saturating;

    /** @param saturating whether sums of two products stop at 16 bits */
    SaturatingKernel(Int8Layer layer, int firstOutput, int outputs, boolean saturating) {
        this.inputs = layer.inputs();
        this.outputs = outputs;
        this.saturating = saturating;
        int pairs = (inputs + 1) / 2;
        even = new int[pairs * outputs];
        odd = new int[pairs * outputs];
        columnSums = new int[outputs];
        for (int k = 0; k < inputs; k++) {
            for (int o = 0; o < outputs; o++) {
                int code = layer.code(k, firstOutput + o);
                (k % 2 == 0 ? even : odd)[k / 2 * outputs + o] = code;
                columnSums[o] += code;
            }
        }
    }

    /**
     * One row of inputs against all weights, zero point already taken out: sum over k of (x[k] - zeroPoint) * w[k][o].
     *
     * @param row unsigned codes 0..255, from {@code offset}
     * @param sums [outputs], overwritten
     */
    void multiply(int[] row, int offset, int zeroPoint, int[] sums) {
        for (int o = 0; o < outputs; o++) {
            sums[o] = -zeroPoint * columnSums[o];
        }
        int pairs = (inputs + 1) / 2;
        for (int p = 0; p < pairs; p++) {
            int first = row[offset + 2 * p];
            int second = 2 * p + 1 < inputs ? row[offset + 2 * p + 1] : 0;
            int base = p * outputs;
            if (saturating) {
                for (int o = 0; o < outputs; o++) {
                    int sum = first * even[base + o] + second * odd[base + o];
                    sums[o] += Math.min(Math.max(sum, Short.MIN_VALUE), Short.MAX_VALUE);
                }
            } else {
                for (int o = 0; o < outputs; o++) {
                    sums[o] += first * even[base + o] + second * odd[base + o];
                }
            }
        }
    }
}
