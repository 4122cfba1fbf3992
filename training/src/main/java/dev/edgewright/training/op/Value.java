package dev.edgewright.training.op;

import dev.edgewright.training.tensor.Shape;
import dev.edgewright.training.tensor.Tensor;
import java.util.Arrays;

/** What flows along an edge of a graph while it runs. */
public sealed interface Value {

    Shape shape();

    /** A tensor of the engine. */
    record Dense(Tensor tensor) implements Value {
        @Override
        public Shape shape() {
            return tensor.shape();
        }
    }

    /**
     * A few numbers that the JVM holds: shapes, axes, indices, scalar constants. Arithmetic on them costs no call into the engine and
     * has no gradient.
     *
     * @param type element type
     * @param data elements in row-major order; integers and booleans are whole numbers
     * @param shape lengths of the axes
     */
    record Host(Tensor.Type type, double[] data, Shape shape) implements Value {

        public Host {
            if (data.length != shape.elements()) {
                throw new IllegalArgumentException(data.length + " elements for shape " + shape);
            }
        }

        public static Host longs(long... values) {
            return new Host(
                    Tensor.Type.INT64, Arrays.stream(values).asDoubleStream().toArray(), Shape.of(values.length));
        }

        public static Host scalar(Tensor.Type type, double value) {
            return new Host(type, new double[] {value}, Shape.of());
        }

        public long[] toLongs() {
            long[] values = new long[data.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (long) data[i];
            }
            return values;
        }

        public Host reshape(Shape other) {
            return new Host(type, data, other);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Host host
                    && host.type == type
                    && host.shape.equals(shape)
                    && Arrays.equals(host.data, data);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(data) + shape.hashCode();
        }

        @Override
        public String toString() {
            return type + " " + shape + " " + Arrays.toString(data);
        }
    }
}
