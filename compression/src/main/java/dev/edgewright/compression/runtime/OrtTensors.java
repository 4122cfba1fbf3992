package dev.edgewright.compression.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Dimension;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Shape;
import dev.edgewright.compression.graph.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Carries tensors across the border to ONNX Runtime; one copy each way. */
final class OrtTensors {

    private static final Map<String, ElementType> BY_NAME =
            Arrays.stream(ElementType.values()).collect(Collectors.toMap(ElementType::name, Function.identity()));

    private OrtTensors() {}

    static OnnxTensor to(OrtEnvironment environment, Tensor tensor) throws OrtException {
        OnnxJavaType type = switch (tensor.type()) {
            case FLOAT -> OnnxJavaType.FLOAT;
            case DOUBLE -> OnnxJavaType.DOUBLE;
            case INT8 -> OnnxJavaType.INT8;
            case UINT8 -> OnnxJavaType.UINT8;
            case INT16 -> OnnxJavaType.INT16;
            case INT32 -> OnnxJavaType.INT32;
            case INT64 -> OnnxJavaType.INT64;
            case BOOL -> OnnxJavaType.BOOL;
            case FLOAT16 -> OnnxJavaType.FLOAT16;
            case BFLOAT16 -> OnnxJavaType.BFLOAT16;
            default ->
                throw new CompressionException(
                        Code.RUNTIME_FAILED, "a tensor of " + tensor.type() + " cannot be given to ONNX Runtime");
        };
        ByteBuffer source = tensor.data();
        ByteBuffer direct = ByteBuffer.allocateDirect(source.remaining()).order(ByteOrder.nativeOrder());
        direct.put(source).flip();
        return OnnxTensor.createTensor(environment, direct, tensor.sizes(), type);
    }

    static Tensor from(String name, OnnxTensor value) {
        TensorInfo info = value.getInfo();
        ElementType type = type(info);
        if (type == ElementType.STRING) {
            throw new CompressionException(
                    Code.RUNTIME_FAILED, "output " + name + " holds strings, which are not read");
        }
        ByteBuffer buffer = value.getByteBuffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return Tensor.ofRaw(name, type, info.getShape(), bytes);
    }

    static ElementType type(TensorInfo info) {
        // The Java binding numbers its types in an order of its own; the names are ONNX's.
        String name = info.onnxType.name().replace("ONNX_TENSOR_ELEMENT_DATA_TYPE_", "");
        return BY_NAME.getOrDefault(name, ElementType.UNDEFINED);
    }

    static Shape shape(TensorInfo info) {
        long[] sizes = info.getShape();
        String[] symbols = info.getDimensionNames();
        List<Dimension> dims = new ArrayList<>();
        for (int i = 0; i < sizes.length; i++) {
            boolean named = sizes[i] < 0 && symbols != null && i < symbols.length && !symbols[i].isEmpty();
            dims.add(named ? Dimension.symbol(symbols[i]) : Dimension.of(sizes[i]));
        }
        return new Shape(dims);
    }
}
