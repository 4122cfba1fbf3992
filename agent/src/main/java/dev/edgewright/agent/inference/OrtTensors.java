package dev.edgewright.agent.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import dev.edgewright.common.error.EdgewrightException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Carries tensors into ONNX Runtime and out of it. */
final class OrtTensors {
    private final OrtEnvironment environment;
    private final UnsignedTensors unsigned;

    OrtTensors(OrtEnvironment environment) {
        this.environment = environment;
        this.unsigned = new UnsignedTensors(environment);
    }

    /** The same tensor for the runtime. A direct, aligned buffer is used in place; another one is copied. */
    OnnxTensor toOrt(TensorValue value) throws OrtException {
        if (value.datatype() == Datatype.BYTES) {
            return OnnxTensor.createTensor(environment, strings(value), value.shape());
        }
        if (value.datatype().javaType().isEmpty()) {
            return unsigned.toOrt(value);
        }
        return OnnxTensor.createTensor(
                environment,
                aligned(value),
                value.shape(),
                value.datatype().javaType().get());
    }

    /** A copy of what the runtime holds. */
    TensorValue fromOrt(String name, OnnxValue value) throws OrtException {
        if (!(value instanceof OnnxTensor tensor)) {
            throw EdgewrightException.bug(
                    "OUTPUT_NOT_TENSOR",
                    "output " + name + " is a " + value.getType() + "; only tensors can be served");
        }
        TensorInfo info = tensor.getInfo();
        Datatype datatype = Datatype.of(info.onnxType)
                .orElseThrow(() -> EdgewrightException.bug(
                        "DATATYPE_UNSUPPORTED", "output " + name + " has element type " + info.onnxType));
        if (datatype == Datatype.BYTES) {
            return new TensorValue(datatype, info.getShape(), encodeStrings(flatten(tensor.getValue())));
        }
        return new TensorValue(datatype, info.getShape(), tensor.getByteBuffer());
    }

    /** Kernels may load whole vectors, and some machines fault on elements that straddle words. */
    private static ByteBuffer aligned(TensorValue value) {
        ByteBuffer data = value.data().duplicate().order(ByteOrder.nativeOrder());
        int width = value.datatype().bytes();
        boolean inPlace = data.isDirect() && (width == 1 || data.alignmentOffset(0, width) == 0);
        if (inPlace && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            return data;
        }
        ByteBuffer copy = ByteBuffer.allocateDirect(data.remaining()).order(ByteOrder.nativeOrder());
        copy.put(data).flip();
        return copy;
    }

    private static String[] strings(TensorValue value) {
        int count = Math.toIntExact(value.elements());
        String[] strings = new String[count];
        ByteBuffer data = value.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            int length = data.remaining() < 4 ? -1 : data.getInt();
            if (length < 0 || length > data.remaining()) {
                throw EdgewrightException.caller(
                        "TENSOR_SIZE", "element " + i + " of a BYTES tensor ends beyond its data");
            }
            ByteBuffer element = data.slice(data.position(), length);
            data.position(data.position() + length);
            try {
                strings[i] = StandardCharsets.UTF_8.newDecoder().decode(element).toString();
            } catch (CharacterCodingException e) {
                throw EdgewrightException.caller(
                        "TENSOR_DATA", "element " + i + " of a BYTES tensor is not UTF-8, which ONNX strings are");
            }
        }
        if (data.hasRemaining()) {
            throw EdgewrightException.caller(
                    "TENSOR_SIZE", data.remaining() + " bytes too many after " + count + " elements of a BYTES tensor");
        }
        return strings;
    }

    private static ByteBuffer encodeStrings(String[] strings) {
        byte[][] encoded = Arrays.stream(strings)
                .map(s -> s.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        int total = Arrays.stream(encoded).mapToInt(e -> 4 + e.length).sum();
        ByteBuffer data = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
        for (byte[] element : encoded) {
            data.putInt(element.length).put(element);
        }
        return data.flip();
    }

    private static String[] flatten(Object value) {
        if (value instanceof String single) {
            return new String[] {single};
        }
        if (value instanceof String[] flat) {
            return flat;
        }
        return Arrays.stream((Object[]) value)
                .flatMap(inner -> Arrays.stream(flatten(inner)))
                .toArray(String[]::new);
    }
}
