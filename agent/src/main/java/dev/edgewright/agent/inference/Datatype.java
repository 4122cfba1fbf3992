package dev.edgewright.agent.inference;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo.OnnxTensorType;
import java.util.Arrays;
import java.util.Optional;

/** Element types by their Open Inference Protocol names, with their width and what ONNX Runtime calls them. */
public enum Datatype {
    BOOL(1, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL, OnnxJavaType.BOOL),
    UINT8(1, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8, OnnxJavaType.UINT8),
    UINT16(2, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16, null),
    UINT32(4, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32, null),
    UINT64(8, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64, null),
    INT8(1, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8, OnnxJavaType.INT8),
    INT16(2, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16, OnnxJavaType.INT16),
    INT32(4, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32, OnnxJavaType.INT32),
    INT64(8, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64, OnnxJavaType.INT64),
    FP16(2, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16, OnnxJavaType.FLOAT16),
    BF16(2, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16, OnnxJavaType.BFLOAT16),
    FP32(4, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, OnnxJavaType.FLOAT),
    FP64(8, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE, OnnxJavaType.DOUBLE),
    /** Strings; each element a little-endian 32-bit length and that many bytes of UTF-8. */
    BYTES(0, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, OnnxJavaType.STRING);

    private final int bytes;
    private final OnnxTensorType onnx;
    private final OnnxJavaType java;

    Datatype(int bytes, OnnxTensorType onnx, OnnxJavaType java) {
        this.bytes = bytes;
        this.onnx = onnx;
        this.java = java;
    }

    /** Bytes of one element; 0 for {@link #BYTES}, whose elements vary. */
    public int bytes() {
        return bytes;
    }

    /** Whether elements are IEEE floating point, for which a cosine makes sense. */
    public boolean floating() {
        return this == FP32 || this == FP64 || this == FP16 || this == BF16;
    }

    /** What the Java binding calls it; empty for the unsigned types that it cannot create. */
    Optional<OnnxJavaType> javaType() {
        return Optional.ofNullable(java);
    }

    static Optional<Datatype> of(OnnxTensorType type) {
        return Arrays.stream(values()).filter(d -> d.onnx == type).findFirst();
    }

    /** The type of that protocol name, exact case; empty for an unknown one. */
    public static Optional<Datatype> named(String name) {
        return Arrays.stream(values()).filter(d -> d.name().equals(name)).findFirst();
    }
}
