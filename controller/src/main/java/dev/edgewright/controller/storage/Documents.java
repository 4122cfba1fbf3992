package dev.edgewright.controller.storage;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.TensorSpec;
import java.io.IOException;

/**
 * Records as JSON in one column, for what no query looks into. Protocol messages inside them are their bytes in base64, so
 * they keep the protocol's own rules of compatibility. Unknown properties are ignored, so an older version can read.
 */
final class Documents {

    private static final ObjectMapper MAPPER = mapper();

    private Documents() {}

    static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw EdgewrightException.bug(
                    "DOCUMENT_UNWRITABLE", "cannot write " + value.getClass().getSimpleName(), e);
        }
    }

    static <T> T read(String json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw EdgewrightException.resource(
                    "DOCUMENT_UNREADABLE",
                    "a stored " + type.getSimpleName() + " cannot be read: " + e.getMessage(),
                    e);
        }
    }

    private static ObjectMapper mapper() {
        var protocol = new SimpleModule("protocol");
        message(protocol, Limits.class, Limits.parser());
        message(protocol, TensorSpec.class, TensorSpec.parser());
        var mapper = new ObjectMapper()
                .registerModules(new Jdk8Module(), new JavaTimeModule(), protocol)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        mapper.setVisibility(PropertyAccessor.GETTER, JsonAutoDetect.Visibility.NONE);
        mapper.setVisibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE);
        mapper.setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY);
        return mapper;
    }

    private static <M extends Message> void message(SimpleModule module, Class<M> type, Parser<M> parser) {
        module.addSerializer(type, new JsonSerializer<>() {
            @Override
            public void serialize(M value, JsonGenerator out, SerializerProvider provider) throws IOException {
                out.writeBinary(value.toByteArray());
            }
        });
        module.addDeserializer(type, new JsonDeserializer<>() {
            @Override
            public M deserialize(JsonParser in, DeserializationContext context) throws IOException {
                return parser.parseFrom(in.getBinaryValue());
            }
        });
    }

    /** Parses a stored message; what was written by us and cannot be read means a damaged database. */
    static <M extends Message> M message(Parser<M> parser, byte[] bytes) {
        try {
            return parser.parseFrom(bytes);
        } catch (IOException e) {
            throw EdgewrightException.resource("DOCUMENT_UNREADABLE", "a stored message cannot be read", e);
        }
    }
}
