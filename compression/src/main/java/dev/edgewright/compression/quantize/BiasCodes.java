package dev.edgewright.compression.quantize;

/**
 * A bias as int32 with the scale that the accumulator has: input scale times weight scale.
 *
 * @param codes one for each output channel
 * @param scales one for each weight scale
 */
record BiasCodes(int[] codes, float[] scales) {

    /** Codes stay below 2^30, so that adding the products to them cannot overflow. */
    private static final double LARGEST = 1 << 30;

    static BiasCodes of(float[] bias, float inputScale, WeightCodes weight) {
        int[] codes = new int[bias.length];
        float[] scales = new float[weight.scales().length];
        for (int s = 0; s < scales.length; s++) {
            scales[s] = inputScale * weight.scales()[s];
        }
        for (int c = 0; c < codes.length; c++) {
            codes[c] = (int) Math.rint((double) bias[c] / scales[scales.length == 1 ? 0 : c]);
        }
        return new BiasCodes(codes, scales);
    }

    /** For each channel the smallest weight scale with which its bias fits. */
    static float[] leastScales(float[] bias, float inputScale) {
        float[] least = new float[bias.length];
        for (int c = 0; c < least.length; c++) {
            least[c] = (float) (Math.abs(bias[c]) / (LARGEST * inputScale));
        }
        return least;
    }
}
