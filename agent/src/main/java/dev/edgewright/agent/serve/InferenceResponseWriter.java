package dev.edgewright.agent.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.edgewright.agent.inference.HalfFloats;
import dev.edgewright.agent.inference.InferenceResult;
import dev.edgewright.agent.inference.TensorValue;
import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Encodes an answer. {@code model_version} names version and variant, and the parameters {@code edgewright_variant} and
 * {@code edgewright_manifest} say which variant computed it.
 */
final class InferenceResponseWriter {
    static final String HEADER_LENGTH = "Inference-Header-Content-Length";

    private final JsonFactory factory = JsonFactory.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();

    Answer write(String model, InferenceRequest request, InferenceResult result) {
        List<ByteBuffer> body = new ArrayList<>();
        body.add(null);
        try (ByteArrayBuilder bytes = new ByteArrayBuilder(512)) {
            try (JsonGenerator json = factory.createGenerator(bytes)) {
                json.writeStartObject();
                json.writeStringField("model_name", model);
                json.writeStringField("model_version", ServedVersion.of(result.version(), result.variant()));
                if (request.id().isPresent()) {
                    json.writeStringField("id", request.id().get());
                }
                json.writeObjectFieldStart("parameters");
                json.writeStringField("edgewright_variant", result.variant());
                json.writeStringField("edgewright_manifest", result.manifest().hex());
                json.writeEndObject();
                json.writeArrayFieldStart("outputs");
                for (Map.Entry<String, TensorValue> output : result.outputs().entrySet()) {
                    output(json, output.getKey(), output.getValue(), request.binary(output.getKey()), body);
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            byte[] head = bytes.toByteArray();
            body.set(0, ByteBuffer.wrap(head));
            if (body.size() == 1) {
                return new Answer(200, Answer.JSON, Map.of(), body);
            }
            Map<String, String> headers = Map.of(HEADER_LENGTH, Integer.toString(head.length));
            return new Answer(200, "application/octet-stream", headers, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void output(
            JsonGenerator json, String name, TensorValue value, boolean binary, List<ByteBuffer> body)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("name", name);
        json.writeStringField("datatype", value.datatype().name());
        json.writeFieldName("shape");
        json.writeArray(value.shape(), 0, value.shape().length);
        if (binary) {
            json.writeObjectFieldStart("parameters");
            json.writeNumberField("binary_data_size", value.data().remaining());
            json.writeEndObject();
            body.add(value.data());
        } else {
            json.writeArrayFieldStart("data");
            elements(json, name, value);
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void elements(JsonGenerator json, String name, TensorValue value) throws IOException {
        ByteBuffer data = value.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        for (long i = value.elements(); i > 0; i--) {
            switch (value.datatype()) {
                case BOOL -> json.writeBoolean(data.get() != 0);
                case UINT8 -> json.writeNumber(data.get() & 0xff);
                case INT8 -> json.writeNumber(data.get());
                case UINT16 -> json.writeNumber(data.getShort() & 0xffff);
                case INT16 -> json.writeNumber(data.getShort());
                case UINT32 -> json.writeNumber(Integer.toUnsignedLong(data.getInt()));
                case INT32 -> json.writeNumber(data.getInt());
                case UINT64 -> json.writeNumber(new java.math.BigInteger(Long.toUnsignedString(data.getLong())));
                case INT64 -> json.writeNumber(data.getLong());
                case FP16 -> json.writeNumber((float) finite(name, HalfFloats.fromFp16(data.getShort())));
                case BF16 -> json.writeNumber((float) finite(name, HalfFloats.fromBf16(data.getShort())));
                case FP32 -> json.writeNumber((float) finite(name, data.getFloat()));
                case FP64 -> json.writeNumber(finite(name, data.getDouble()));
                case BYTES -> json.writeString(string(data));
            }
        }
    }

    private static double finite(String name, double value) {
        if (!Double.isFinite(value)) {
            throw EdgewrightException.resource(
                    "OUTPUT_NOT_FINITE",
                    "output \"" + name + "\" holds " + value
                            + ", which JSON cannot carry; ask for it with \"binary_data\": true");
        }
        return value;
    }

    private static String string(ByteBuffer data) {
        byte[] utf8 = new byte[data.getInt()];
        data.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
