package dev.edgewright.compression.data.format;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * How raw values become what the model reads: {@code (raw * scale - mean) / std}, then the axes in the model's order.
 *
 * @param scale the factor for raw values
 * @param mean subtracted after scaling; one number, or one for each channel
 * @param std divided by afterwards; as mean
 * @param channelsLast the file holds H, W, C and the model reads C, H, W
 * @param channels a record without a channel axis gets one
 * @param shape the sizes of one sample when they differ from the file's, else empty
 */
public record Preprocessing(
        float scale, float[] mean, float[] std, boolean channelsLast, boolean channels, long[] shape) {

    public Preprocessing {
        for (float value : std) {
            if (value == 0 || !Float.isFinite(value)) {
                throw new CompressionException(Code.DATA_INVALID, "std must not be " + value);
            }
        }
    }

    /** The sizes of one sample as the model reads it. */
    long[] sampleSizes(long[] record) {
        if (shape.length > 0) {
            return shape;
        }
        if (channels && record.length == 2) {
            return new long[] {1, record[0], record[1]};
        }
        if (channelsLast && record.length == 3) {
            return new long[] {record[2], record[0], record[1]};
        }
        return record;
    }

    /** The sizes of a batch as the model reads it. */
    long[] sizes(int samples, long[] record) {
        long[] sample = sampleSizes(record);
        long[] sizes = new long[sample.length + 1];
        sizes[0] = samples;
        System.arraycopy(sample, 0, sizes, 1, sample.length);
        return sizes;
    }

    /** Raw records, one after the other, as a batch for the model. */
    Tensor tensor(String name, float[] raw, int samples, long[] record) {
        float[] out = new float[raw.length];
        int elements = samples == 0 ? 0 : raw.length / samples;
        for (int i = 0; i < samples; i++) {
            apply(raw, i * elements, out, i * elements, record);
        }
        return Tensor.ofFloats(name, out, sizes(samples, record));
    }

    /**
     * Checks that mean, std and shape go with records of these sizes.
     *
     * @throws CompressionException DATA_INVALID, saying how many numbers are wanted
     */
    void check(String what, long[] record) {
        long elements = Arrays.stream(record).reduce(1, Math::multiplyExact);
        long[] sample = sampleSizes(record);
        long channels = channelsLast && record.length == 3 ? record[2] : sample.length == 0 ? 1 : sample[0];
        for (float[] each : List.of(mean, std)) {
            if (each.length != 1 && each.length != channels) {
                throw new CompressionException(
                        Code.DATA_INVALID,
                        what + ": mean and std take one number, or one for each of the " + channels + " channels, not "
                                + each.length);
            }
        }
        if (shape.length > 0 && Arrays.stream(shape).reduce(1, Math::multiplyExact) != elements) {
            throw new CompressionException(
                    Code.DATA_INVALID,
                    what + ": shape " + Arrays.toString(shape) + " does not hold the " + elements
                            + " numbers of a sample " + Arrays.toString(record));
        }
    }

    /** Converts one sample in place, from {@code raw[from..]} into {@code out[to..]}. */
    void apply(float[] raw, int from, float[] out, int to, long[] record) {
        int elements = Math.toIntExact(Arrays.stream(record).reduce(1, Math::multiplyExact));
        int count = Math.max(mean.length, std.length);
        boolean moves = channelsLast && record.length == 3;
        int channelCount = moves ? (int) record[2] : count;
        int plane = Math.max(1, elements / Math.max(1, channelCount));
        for (int i = 0; i < elements; i++) {
            int channel = channelCount <= 1 ? 0 : moves ? i % channelCount : i / plane;
            int target = moves ? channel * plane + i / channelCount : i;
            float m = mean[mean.length == 1 ? 0 : channel];
            float s = std[std.length == 1 ? 0 : channel];
            out[to + target] = (raw[from + i] * scale - m) / s;
        }
    }

    public boolean isIdentity() {
        return scale == 1
                && Arrays.equals(mean, new float[] {0})
                && Arrays.equals(std, new float[] {1})
                && !channelsLast;
    }
}
