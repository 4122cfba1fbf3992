package dev.edgewright.training.data;

import java.util.Arrays;

/**
 * What every sample holds for one input of a graph.
 *
 * @param input name of that input; empty for the only input of whatever graph
 * @param kind floats, or whole numbers such as token ids
 * @param shape lengths of one sample's axes, without the batch: [channels, height, width], [features], [tokens]
 */
public record Feature(String input, Kind kind, long[] shape) {

    /** Element type, as training holds it. */
    public enum Kind {
        FLOATS,
        LONGS
    }

    public Feature {
        shape = shape.clone();
    }

    /** Floats for the only input. */
    public static Feature floats(long... shape) {
        return new Feature("", Kind.FLOATS, shape);
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** Numbers in one sample. */
    public int elements() {
        long product = 1;
        for (long length : shape) {
            product *= length;
        }
        return Math.toIntExact(product);
    }

    public boolean isImage() {
        return kind == Kind.FLOATS && shape.length == 3;
    }

    /** The shape of a batch of this many samples. */
    public long[] batch(int size) {
        long[] result = new long[shape.length + 1];
        result[0] = size;
        System.arraycopy(shape, 0, result, 1, shape.length);
        return result;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Feature feature
                && feature.input.equals(input)
                && feature.kind == kind
                && Arrays.equals(feature.shape, shape);
    }

    @Override
    public int hashCode() {
        return 31 * input.hashCode() + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return (input.isEmpty() ? "" : input + " ") + Arrays.toString(shape);
    }
}
