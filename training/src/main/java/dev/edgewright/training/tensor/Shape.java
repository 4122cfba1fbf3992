package dev.edgewright.training.tensor;

import java.util.Arrays;

/** The lengths of a tensor's axes, outermost first. A scalar has none. */
public record Shape(long... dimensions) {

    public Shape {
        dimensions = dimensions.clone();
        for (long dimension : dimensions) {
            if (dimension < 0) {
                throw new IllegalArgumentException("negative dimension in " + Arrays.toString(dimensions));
            }
        }
    }

    public static Shape of(long... dimensions) {
        return new Shape(dimensions);
    }

    @Override
    public long[] dimensions() {
        return dimensions.clone();
    }

    public int rank() {
        return dimensions.length;
    }

    /** Length of an axis; negative axes count from the end. */
    public long get(int axis) {
        return dimensions[axis(axis)];
    }

    /** The axis as a number from 0. */
    public int axis(int axis) {
        int result = axis < 0 ? axis + dimensions.length : axis;
        if (result < 0 || result >= Math.max(1, dimensions.length)) {
            throw new IllegalArgumentException("axis " + axis + " does not exist in shape " + this);
        }
        return result;
    }

    public long elements() {
        long product = 1;
        for (long dimension : dimensions) {
            product = Math.multiplyExact(product, dimension);
        }
        return product;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(shape.dimensions, dimensions);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dimensions);
    }

    @Override
    public String toString() {
        return Arrays.toString(dimensions);
    }
}
