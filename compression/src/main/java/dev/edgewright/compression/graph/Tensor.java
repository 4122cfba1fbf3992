package dev.edgewright.compression.graph;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.edgewright.compression.onnx.proto.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;

/**
 * A constant: a type, fixed sizes, and elements packed little-endian in row-major order. Immutable; bytes are shared between graphs and
 * may be a mapped file.
 */
public final class Tensor {

    private final TensorProto proto;
    private final ByteBuffer outside;
    private ByteBuffer decoded;

    private Tensor(TensorProto proto, ByteBuffer outside) {
        this.proto = proto;
        this.outside = outside;
    }

    /** Wraps a tensor that carries its own data. */
    public static Tensor of(TensorProto proto) {
        if (proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            throw new IllegalArgumentException(
                    "tensor " + proto.getName() + " keeps its data elsewhere: give the bytes");
        }
        return new Tensor(proto, null);
    }

    /** Wraps a tensor whose data lies outside the protobuf, such as a mapped file. */
    public static Tensor ofOutside(TensorProto proto, ByteBuffer data) {
        TensorProto header = proto.toBuilder()
                .clearExternalData()
                .clearDataLocation()
                .clearRawData()
                .build();
        return new Tensor(header, data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
    }

    /** A tensor of any type from packed little-endian bytes; the array must not be changed afterwards. */
    public static Tensor ofRaw(String name, ElementType type, long[] sizes, byte[] data) {
        long elements = Arrays.stream(sizes).reduce(1, Math::multiplyExact);
        if (type.bytes(elements) != data.length) {
            throw new IllegalArgumentException("tensor " + name + " of " + type + Arrays.toString(sizes) + " needs "
                    + type.bytes(elements) + " bytes, got " + data.length);
        }
        TensorProto.Builder builder = TensorProto.newBuilder().setName(name).setDataType(type.number());
        for (long size : sizes) {
            builder.addDims(size);
        }
        return new Tensor(
                builder.setRawData(UnsafeByteOperations.unsafeWrap(data)).build(), null);
    }

    public static Tensor ofFloats(String name, float[] values, long... sizes) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return ofRaw(name, ElementType.FLOAT, sizes, bytes.array());
    }

    public static Tensor ofLongs(String name, long[] values, long... sizes) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return ofRaw(name, ElementType.INT64, sizes, bytes.array());
    }

    public static Tensor ofInts(String name, int[] values, long... sizes) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        return ofRaw(name, ElementType.INT32, sizes, bytes.array());
    }

    /** A tensor of int8, each element one byte. */
    public static Tensor ofInt8(String name, byte[] values, long... sizes) {
        return ofRaw(name, ElementType.INT8, sizes, values);
    }

    public static Tensor scalar(String name, float value) {
        return ofFloats(name, new float[] {value});
    }

    public String name() {
        return proto.getName();
    }

    public ElementType type() {
        return ElementType.of(proto.getDataType());
    }

    public int rank() {
        return proto.getDimsCount();
    }

    public long[] sizes() {
        return proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
    }

    /** The size of one axis; a negative axis counts from the end. */
    public long size(int axis) {
        return proto.getDims(axis < 0 ? axis + rank() : axis);
    }

    public long elements() {
        return proto.getDimsList().stream().reduce(1L, Math::multiplyExact);
    }

    /** Bytes of the packed data; for strings the sum of their lengths. */
    public long bytes() {
        return type() == ElementType.STRING
                ? proto.getStringDataList().stream().mapToLong(ByteString::size).sum()
                : type().bytes(elements());
    }

    /** The packed elements, little-endian, read-only, from the first to the last. */
    public synchronized ByteBuffer data() {
        if (outside != null) {
            return outside.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        }
        if (decoded == null) {
            decoded = proto.hasRawData() ? proto.getRawData().asReadOnlyByteBuffer() : TypedData.pack(proto);
        }
        return decoded.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The elements as floats: exact for FLOAT, widened for the half types and integers, narrowed for DOUBLE. */
    public float[] toFloats() {
        return TypedData.toFloats(type(), data(), Math.toIntExact(elements()));
    }

    /** The elements as longs, for integer and boolean types. */
    public long[] toLongs() {
        return TypedData.toLongs(type(), data(), Math.toIntExact(elements()));
    }

    /** The same elements under another name, sharing the bytes. */
    public Tensor withName(String name) {
        return new Tensor(proto.toBuilder().setName(name).build(), outside);
    }

    /** The same elements under other sizes, sharing the bytes. */
    public Tensor withSizes(long... sizes) {
        if (Arrays.stream(sizes).reduce(1, Math::multiplyExact) != elements()) {
            throw new IllegalArgumentException(
                    "tensor " + name() + " of " + elements() + " elements cannot become " + Arrays.toString(sizes));
        }
        TensorProto.Builder builder = proto.toBuilder().clearDims();
        for (long size : sizes) {
            builder.addDims(size);
        }
        return new Tensor(builder.build(), outside);
    }

    /** Other float elements in the same sizes, name and documentation. */
    public Tensor withFloats(float[] values) {
        Tensor changed = ofFloats(name(), values, sizes());
        return proto.getDocString().isEmpty()
                ? changed
                : new Tensor(
                        changed.proto.toBuilder()
                                .setDocString(proto.getDocString())
                                .build(),
                        null);
    }

    /** True when the bytes lie outside the protobuf. */
    public boolean isOutside() {
        return outside != null;
    }

    /** The tensor as ONNX writes it, data included; fails above 2 GiB, which protobuf cannot hold. */
    public TensorProto inlineProto() {
        if (outside == null) {
            return proto;
        }
        return proto.toBuilder().setRawData(ByteString.copyFrom(data())).build();
    }

    /** Name, type, sizes, documentation: everything but the data. */
    public TensorProto headerProto() {
        return proto.toBuilder()
                .clearRawData()
                .clearFloatData()
                .clearInt32Data()
                .clearInt64Data()
                .clearDoubleData()
                .clearUint64Data()
                .build();
    }

    @Override
    public String toString() {
        return name() + ": " + type().name().toLowerCase(Locale.ROOT)
                + Arrays.toString(sizes()).replace(" ", "");
    }
}
