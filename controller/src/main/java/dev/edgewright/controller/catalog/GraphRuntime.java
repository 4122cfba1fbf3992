package dev.edgewright.controller.catalog;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.google.protobuf.ByteString;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.Tensor;
import dev.edgewright.compression.runtime.OrtStart;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/** The few things that the catalog does with ONNX Runtime: open a session, make inputs, carry tensors. */
final class GraphRuntime {

    static final OrtEnvironment ENVIRONMENT = OrtStart.environment();

    /** Length that free dimensions other than the first get in made-up inputs. */
    private static final int FREE_DIMENSION = 32;

    private GraphRuntime() {}

    static OrtSession.SessionOptions options(int threads) throws OrtException {
        var options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        return options;
    }

    /** Name of a type in the Open Inference Protocol. */
    static String datatype(TensorInfo info) {
        return switch (info.type) {
            case FLOAT -> "FP32";
            case DOUBLE -> "FP64";
            case FLOAT16 -> "FP16";
            case BFLOAT16 -> "BF16";
            case INT8 -> "INT8";
            case INT16 -> "INT16";
            case INT32 -> "INT32";
            case INT64 -> "INT64";
            case UINT8 -> "UINT8";
            case BOOL -> "BOOL";
            default ->
                throw EdgewrightException.caller("MODEL_INVALID", "tensors of type " + info.type + " cannot be served");
        };
    }

    private static int bytesOf(OnnxJavaType type) {
        return switch (type) {
            case INT8, UINT8, BOOL -> 1;
            case FLOAT16, BFLOAT16, INT16 -> 2;
            case FLOAT, INT32 -> 4;
            default -> 8;
        };
    }

    /**
     * Inputs made up from a seed: numbers around zero for floating point, ones for integers (zeros where the name says "type"),
     * which token ids and masks can be. The first free dimension is 1, others are 32.
     */
    static Map<String, OnnxTensor> inputs(OrtSession session, long seed) throws OrtException {
        var random = new SplittableRandom(seed);
        var feeds = new LinkedHashMap<String, OnnxTensor>();
        for (var entry : session.getInputInfo().entrySet()) {
            var info = (TensorInfo) entry.getValue().getInfo();
            long[] shape = info.getShape().clone();
            long elements = 1;
            for (int i = 0; i < shape.length; i++) {
                shape[i] = shape[i] > 0 ? shape[i] : i == 0 ? 1 : FREE_DIMENSION;
                elements *= shape[i];
            }
            var data = ByteBuffer.allocateDirect(Math.toIntExact(elements * bytesOf(info.type)))
                    .order(ByteOrder.nativeOrder());
            fill(data, info.type, entry.getKey(), elements, random);
            feeds.put(entry.getKey(), OnnxTensor.createTensor(ENVIRONMENT, data.flip(), shape, info.type));
        }
        return feeds;
    }

    private static void fill(ByteBuffer data, OnnxJavaType type, String name, long elements, SplittableRandom random) {
        boolean zeros = name.toLowerCase(Locale.ROOT).contains("type");
        for (long i = 0; i < elements; i++) {
            switch (type) {
                case FLOAT -> data.putFloat((float) random.nextGaussian());
                case DOUBLE -> data.putDouble(random.nextGaussian());
                case FLOAT16 -> data.putShort((short) 0x3800);
                case BFLOAT16 -> data.putShort((short) 0x3f00);
                case INT8, UINT8, BOOL -> data.put((byte) (zeros ? 0 : 1));
                case INT16 -> data.putShort((short) (zeros ? 0 : 1));
                case INT32 -> data.putInt(zeros ? 0 : 1);
                default -> data.putLong(zeros ? 0 : 1);
            }
        }
    }

    /** A tensor as golden sets carry it. */
    static Tensor toProto(String name, OnnxTensor tensor) {
        var info = tensor.getInfo();
        var builder = Tensor.newBuilder()
                .setName(name)
                .setDatatype(datatype(info))
                .setData(ByteString.copyFrom(tensor.getByteBuffer().order(ByteOrder.LITTLE_ENDIAN)));
        for (long dimension : info.getShape()) {
            builder.addShape(dimension);
        }
        return builder.build();
    }

    static void close(Map<String, OnnxTensor> feeds) {
        feeds.values().forEach(OnnxTensor::close);
    }

    static List<Tensor> outputs(OrtSession.Result result) {
        var outputs = new ArrayList<Tensor>();
        result.forEach(e -> outputs.add(toProto(e.getKey(), (OnnxTensor) e.getValue())));
        return outputs;
    }
}
