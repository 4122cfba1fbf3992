package dev.edgewright.agent.inference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numeric comparison of two outputs. */
final class Similarity {
    private Similarity() {}

    /** The elements as doubles; not for {@link Datatype#BYTES}. */
    static double[] doubles(TensorValue value) {
        ByteBuffer data = value.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        double[] result = new double[Math.toIntExact(value.elements())];
        for (int i = 0; i < result.length; i++) {
            result[i] = switch (value.datatype()) {
                case BOOL, UINT8 -> data.get() & 0xff;
                case INT8 -> data.get();
                case UINT16 -> Short.toUnsignedInt(data.getShort());
                case INT16 -> data.getShort();
                case UINT32 -> Integer.toUnsignedLong(data.getInt());
                case INT32 -> data.getInt();
                case UINT64, INT64 -> data.getLong();
                case FP16 -> HalfFloats.fromFp16(data.getShort());
                case BF16 -> HalfFloats.fromBf16(data.getShort());
                case FP32 -> data.getFloat();
                case FP64 -> data.getDouble();
                case BYTES -> throw new IllegalArgumentException("strings have no numeric value");
            };
        }
        return result;
    }

    /** Cosine of the angle between two vectors; 1 when both are all zero, 0 when only one is. */
    static double cosine(double[] a, double[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        if (aa == 0 || bb == 0) {
            return aa == bb ? 1 : 0;
        }
        return dot / Math.sqrt(aa) / Math.sqrt(bb);
    }

    /** Index of the first largest element; -1 for none. */
    static int argmax(double[] values) {
        int best = values.length == 0 ? -1 : 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[best]) {
                best = i;
            }
        }
        return best;
    }

    static boolean finite(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                return false;
            }
        }
        return true;
    }
}
