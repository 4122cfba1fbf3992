package dev.edgewright.compression.graph;

import dev.edgewright.compression.onnx.proto.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Turns the typed fields of a TensorProto into packed bytes, and packed bytes into numbers. */
final class TypedData {

    private TypedData() {}

    /** Packs float_data, int32_data, int64_data, double_data or uint64_data as raw_data would hold them. */
    static ByteBuffer pack(TensorProto proto) {
        ElementType type = ElementType.of(proto.getDataType());
        long elements = proto.getDimsList().stream().reduce(1L, Math::multiplyExact);
        ByteBuffer out =
                ByteBuffer.allocate(Math.toIntExact(type.bytes(elements))).order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case FLOAT, COMPLEX64 -> proto.getFloatDataList().forEach(out::putFloat);
            case DOUBLE, COMPLEX128 -> proto.getDoubleDataList().forEach(out::putDouble);
            case INT64 -> proto.getInt64DataList().forEach(out::putLong);
            case UINT64 -> proto.getUint64DataList().forEach(out::putLong);
            case UINT32 -> proto.getUint64DataList().forEach(value -> out.putInt(value.intValue()));
            case INT32 -> proto.getInt32DataList().forEach(out::putInt);
            case UINT16, INT16, FLOAT16, BFLOAT16 ->
                proto.getInt32DataList().forEach(value -> out.putShort(value.shortValue()));
            case STRING, UNDEFINED ->
                throw new IllegalArgumentException("tensor " + proto.getName() + " of " + type + " has no packed form");
            default -> proto.getInt32DataList().forEach(value -> out.put(value.byteValue()));
        }
        if (out.hasRemaining()) {
            throw new IllegalArgumentException("tensor " + proto.getName() + " declares " + elements
                    + " elements and holds fewer (" + out.remaining() + " bytes are missing)");
        }
        return out.flip().asReadOnlyBuffer();
    }

    static float[] toFloats(ElementType type, ByteBuffer data, int elements) {
        float[] values = new float[elements];
        switch (type) {
            case FLOAT -> data.asFloatBuffer().get(values);
            case DOUBLE -> fill(values, () -> (float) data.getDouble());
            case FLOAT16 -> fill(values, () -> halfToFloat(data.getShort()));
            case BFLOAT16 -> fill(values, () -> Float.intBitsToFloat(data.getShort() << 16));
            default -> {
                long[] longs = toLongs(type, data, elements);
                for (int i = 0; i < elements; i++) {
                    values[i] = longs[i];
                }
            }
        }
        return values;
    }

    private interface NextFloat {
        float next();
    }

    private static void fill(float[] values, NextFloat source) {
        for (int i = 0; i < values.length; i++) {
            values[i] = source.next();
        }
    }

    static long[] toLongs(ElementType type, ByteBuffer data, int elements) {
        long[] values = new long[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = switch (type) {
                case INT8 -> data.get();
                case UINT8, BOOL -> data.get() & 0xff;
                case INT16 -> data.getShort();
                case UINT16 -> data.getShort() & 0xffff;
                case INT32 -> data.getInt();
                case UINT32 -> data.getInt() & 0xffffffffL;
                case INT64, UINT64 -> data.getLong();
                case UINT4 -> nibble(data, i);
                case INT4 -> (long) (nibble(data, i) << 28) >> 28;
                default -> throw new IllegalArgumentException(type + " elements are not integers");
            };
        }
        return values;
    }

    private static int nibble(ByteBuffer data, int index) {
        int pair = data.get(data.position() + index / 2);
        return (index % 2 == 0 ? pair : pair >> 4) & 0xf;
    }

    /** IEEE 754 binary16 to binary32; Java 17 has no intrinsic for it. */
    static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >> 10) & 0x1f;
        int mantissa = half & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | mantissa << 13);
        }
        if (exponent == 0) {
            float value = mantissa * 0x1p-24f;
            return sign == 0 ? value : -value;
        }
        return Float.intBitsToFloat(sign | (exponent + 112) << 23 | mantissa << 13);
    }
}
