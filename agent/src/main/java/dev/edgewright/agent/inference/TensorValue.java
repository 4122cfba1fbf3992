package dev.edgewright.agent.inference;

import dev.edgewright.common.error.EdgewrightException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A tensor outside ONNX Runtime: row-major, little-endian. Direct buffers go to the runtime without a copy.
 *
 * <p>The buffer is shared, not copied: who hands it over leaves it alone until the answer is there.
 *
 * @param shape dimensions, none negative; an empty array is a scalar
 * @param data from position 0 to limit, {@code elements * datatype.bytes()} bytes; for {@link Datatype#BYTES} each element is a 32-bit
 *     length and its bytes
 */
public record TensorValue(Datatype datatype, long[] shape, ByteBuffer data) {
    public TensorValue {
        long elements = elements(shape);
        data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (datatype != Datatype.BYTES && elements * datatype.bytes() != data.remaining()) {
            throw EdgewrightException.caller(
                    "TENSOR_SIZE",
                    "a tensor " + datatype + Arrays.toString(shape) + " needs " + elements * datatype.bytes()
                            + " bytes, got " + data.remaining());
        }
    }

    /** Product of the dimensions; refuses negative ones and products beyond 2^40. */
    public static long elements(long[] shape) {
        long product = 1;
        for (long dimension : shape) {
            if (dimension < 0) {
                throw EdgewrightException.caller(
                        "TENSOR_SHAPE", "negative dimension in shape " + Arrays.toString(shape));
            }
            if (dimension != 0 && product > (1L << 40) / dimension) {
                throw EdgewrightException.caller("TENSOR_SHAPE", "shape " + Arrays.toString(shape) + " is too large");
            }
            product *= dimension;
        }
        return product;
    }

    /** Number of elements. */
    public long elements() {
        return elements(shape);
    }

    /** An FP32 tensor in a direct buffer. */
    public static TensorValue ofFloats(long[] shape, float... values) {
        ByteBuffer data = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return new TensorValue(Datatype.FP32, shape, data);
    }

    /** An INT64 tensor in a direct buffer. */
    public static TensorValue ofLongs(long[] shape, long... values) {
        ByteBuffer data = ByteBuffer.allocateDirect(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asLongBuffer().put(values);
        return new TensorValue(Datatype.INT64, shape, data);
    }

    /** The elements of an FP32 tensor. */
    public float[] floats() {
        if (datatype != Datatype.FP32) {
            throw EdgewrightException.bug("TENSOR_DATATYPE", "asked for the floats of a tensor of " + datatype);
        }
        float[] values = new float[data.remaining() / Float.BYTES];
        data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorValue that
                && datatype == that.datatype
                && Arrays.equals(shape, that.shape)
                && data.equals(that.data);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * datatype.hashCode() + Arrays.hashCode(shape)) + data.hashCode();
    }

    @Override
    public String toString() {
        return datatype + Arrays.toString(shape);
    }
}
