package dev.edgewright.compression.quantize;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Tensor;

/**
 * A weight as symmetric int8 with one scale for each output channel: real = code * scale[channel], codes -limit..limit. Zero points are
 * all 0, as QLinearConv and the Arm kernels want.
 *
 * @param codes in the order of the weight
 * @param scales one for each channel, or a single one
 * @param axis the channel axis
 */
public record WeightCodes(byte[] codes, float[] scales, int axis) {

    /** Codes up to 127: exact on Arm and on x86 with VNNI. */
    public static final int EIGHT_BITS = 127;

    /** Codes up to 63: sums of two products never pass 16 bits, so x86 without VNNI cannot saturate. */
    public static final int SEVEN_BITS = 63;

    /**
     * Codes a weight.
     *
     * @param weight any sizes, floats
     * @param axis the channel axis
     * @param perChannel one scale for each index of that axis, else one for all
     * @param limit the largest code
     * @param least the smallest scale allowed for each channel, empty for no limit: keeps int32 biases from overflowing
     * @throws CompressionException WEIGHTS_NOT_FINITE
     */
    public static WeightCodes of(Tensor weight, int axis, boolean perChannel, int limit, float[] least) {
        float[] values = weight.toFloats();
        long[] sizes = weight.sizes();
        int channels = (int) sizes[axis];
        int inner = 1;
        for (int i = axis + 1; i < sizes.length; i++) {
            inner *= (int) sizes[i];
        }
        float[] largest = new float[channels];
        for (int start = 0, channel = 0; start < values.length; start += inner, channel = next(channel, channels)) {
            largest[channel] = Math.max(largest[channel], extreme(weight, values, start, start + inner));
        }
        float[] scales = new float[perChannel ? channels : 1];
        for (int c = 0; c < channels; c++) {
            int s = perChannel ? c : 0;
            scales[s] = Math.max(scales[s], largest[c] / limit);
            if (c < least.length) {
                scales[s] = Math.max(scales[s], least[c]);
            }
        }
        for (int s = 0; s < scales.length; s++) {
            if (!(scales[s] >= Float.MIN_NORMAL)) {
                scales[s] = 1; // all zeros: any step codes them exactly
            }
        }
        byte[] codes = new byte[values.length];
        for (int start = 0, channel = 0; start < values.length; start += inner, channel = next(channel, channels)) {
            code(values, codes, start, start + inner, scales[perChannel ? channel : 0], limit);
        }
        return new WeightCodes(codes, scales, axis);
    }

    private static int next(int channel, int channels) {
        return channel + 1 == channels ? 0 : channel + 1;
    }

    private static float extreme(Tensor weight, float[] values, int from, int to) {
        float largest = 0;
        for (int i = from; i < to; i++) {
            if (!Float.isFinite(values[i])) {
                throw new CompressionException(
                        Code.WEIGHTS_NOT_FINITE,
                        "weight " + weight.name() + " holds " + values[i] + " at element " + i
                                + "; train or export it again");
            }
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest;
    }

    private static void code(float[] values, byte[] codes, int from, int to, float scale, int limit) {
        for (int i = from; i < to; i++) {
            double code = Math.rint((double) values[i] / scale);
            codes[i] = (byte) Math.min(Math.max(code, -limit), limit);
        }
    }

    /** The scale of a channel. */
    public float scale(int channel) {
        return scales[scales.length == 1 ? 0 : channel];
    }

    /** The weight as the int8 kernels see it. */
    public float[] dequantized(long[] sizes) {
        int channels = (int) sizes[axis];
        int inner = 1;
        for (int i = axis + 1; i < sizes.length; i++) {
            inner *= (int) sizes[i];
        }
        float[] values = new float[codes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = codes[i] * scale(i / inner % channels);
        }
        return values;
    }
}
