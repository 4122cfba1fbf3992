package dev.edgewright.training.tensor;

import java.util.Arrays;

/** How a convolution walks: one entry a spatial axis; padding is the same on both sides. */
public record ConvolutionGeometry(long[] stride, long[] padding, long[] dilation, int groups) {

    public ConvolutionGeometry {
        if (stride.length != padding.length || stride.length != dilation.length) {
            throw new IllegalArgumentException("stride, padding and dilation differ in rank");
        }
        if (groups < 1) {
            throw new IllegalArgumentException("groups " + groups + " < 1");
        }
    }

    public static ConvolutionGeometry of(int spatialRank, long stride, long padding, int groups) {
        long[] strides = new long[spatialRank];
        long[] paddings = new long[spatialRank];
        long[] dilations = new long[spatialRank];
        Arrays.fill(strides, stride);
        Arrays.fill(paddings, padding);
        Arrays.fill(dilations, 1);
        return new ConvolutionGeometry(strides, paddings, dilations, groups);
    }

    public boolean unitStride() {
        return Arrays.stream(stride).allMatch(s -> s == 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ConvolutionGeometry that
                && Arrays.equals(stride, that.stride)
                && Arrays.equals(padding, that.padding)
                && Arrays.equals(dilation, that.dilation)
                && groups == that.groups;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(stride) + Arrays.hashCode(padding) + groups;
    }

    @Override
    public String toString() {
        return "stride " + Arrays.toString(stride) + " padding " + Arrays.toString(padding) + " dilation "
                + Arrays.toString(dilation) + " groups " + groups;
    }
}
