package dev.edgewright.compression.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The dimensions of a tensor, outermost first; an empty list is a scalar. */
public record Shape(List<Dimension> dimensions) {

    public Shape {
        dimensions = List.copyOf(dimensions);
    }

    /** A shape of fixed sizes; a negative size is unknown. */
    public static Shape of(long... sizes) {
        List<Dimension> dims = new ArrayList<>(sizes.length);
        for (long size : sizes) {
            dims.add(Dimension.of(size));
        }
        return new Shape(dims);
    }

    /** A shape from numbers (fixed) and strings (symbols), as in {@code of("N", 1, 28, 28)}. */
    public static Shape ofMixed(Object... sizes) {
        List<Dimension> dims = new ArrayList<>(sizes.length);
        for (Object size : sizes) {
            if (size instanceof Number number) {
                dims.add(Dimension.of(number.longValue()));
            } else if (size instanceof String symbol) {
                dims.add(Dimension.symbol(symbol));
            } else {
                throw new IllegalArgumentException("a dimension is a number or a symbol, not " + size);
            }
        }
        return new Shape(dims);
    }

    /** The number of axes. */
    public int rank() {
        return dimensions.size();
    }

    /** The size of one axis, -1 when not fixed; a negative axis counts from the end. */
    public long size(int axis) {
        return dimensions.get(axis < 0 ? axis + rank() : axis).size();
    }

    /** True when every axis has a number. */
    public boolean isFixed() {
        return dimensions.stream().allMatch(Dimension::isFixed);
    }

    /** All sizes, -1 where not fixed. */
    public long[] sizes() {
        return dimensions.stream().mapToLong(Dimension::size).toArray();
    }

    /** The number of elements, -1 when any axis is not fixed. */
    public long elements() {
        long product = 1;
        for (Dimension dim : dimensions) {
            if (!dim.isFixed()) {
                return -1;
            }
            product = Math.multiplyExact(product, dim.size());
        }
        return product;
    }

    @Override
    public String toString() {
        return dimensions.stream().map(Dimension::toString).collect(Collectors.joining(",", "[", "]"));
    }
}
