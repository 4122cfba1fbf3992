package dev.edgewright.agent.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.EnumMap;
import java.util.Map;

/**
 * Makes UINT16, UINT32 and UINT64 tensors, which the Java binding of ONNX Runtime cannot create: an INT64 tensor runs through a bundled
 * one-node Cast graph, whose output has the wanted type.
 */
final class UnsignedTensors {
    private final OrtEnvironment environment;
    private final Map<Datatype, OrtSession> casts = new EnumMap<>(Datatype.class);

    UnsignedTensors(OrtEnvironment environment) {
        this.environment = environment;
    }

    OnnxTensor toOrt(TensorValue value) throws OrtException {
        LongBuffer widened = widen(value);
        try (OnnxTensor wide = OnnxTensor.createTensor(environment, widened, value.shape())) {
            OrtSession.Result result = cast(value.datatype()).run(Map.of("wide", wide));
            // The result owns its tensor: closing the tensor is closing the result.
            return (OnnxTensor) result.get(0);
        }
    }

    private static LongBuffer widen(TensorValue value) {
        ByteBuffer data = value.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int count = Math.toIntExact(value.elements());
        LongBuffer wide = ByteBuffer.allocateDirect(count * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .asLongBuffer();
        for (int i = 0; i < count; i++) {
            wide.put(
                    switch (value.datatype()) {
                        case UINT16 -> Short.toUnsignedLong(data.getShort());
                        case UINT32 -> Integer.toUnsignedLong(data.getInt());
                        default -> data.getLong(); // two's complement: the cast keeps the bits
                    });
        }
        return wide.flip();
    }

    private synchronized OrtSession cast(Datatype datatype) throws OrtException {
        OrtSession known = casts.get(datatype);
        if (known != null) {
            return known;
        }
        String resource = "cast-" + datatype.name().toLowerCase(java.util.Locale.ROOT) + ".onnx";
        try (InputStream in = UnsignedTensors.class.getResourceAsStream(resource);
                OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            if (in == null) {
                throw EdgewrightException.bug("RESOURCE_MISSING", "no bundled graph " + resource);
            }
            options.setIntraOpNumThreads(1);
            OrtSession session = environment.createSession(in.readAllBytes(), options);
            casts.put(datatype, session);
            return session;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
