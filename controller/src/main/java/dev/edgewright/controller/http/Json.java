package dev.edgewright.controller.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.edgewright.common.error.EdgewrightException;
import java.util.Comparator;
import java.util.stream.Collectors;

/** Reads requests strictly and writes answers without nulls. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();

    private Json() {}

    static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw EdgewrightException.bug(
                    "JSON_WRITE_FAILED", "cannot write " + value.getClass().getName(), e);
        }
    }

    /**
     * Reads a request body.
     *
     * @throws EdgewrightException JSON_INVALID (no JSON), FIELD_UNKNOWN (with the known ones), FIELD_INVALID (wrong type
     *     or refused by the record itself)
     */
    static <T> T read(byte[] body, Class<T> type) {
        if (body.length == 0) {
            throw EdgewrightException.caller("JSON_INVALID", "the body is empty; send a JSON object");
        }
        try {
            var value = MAPPER.readValue(body, type);
            if (value == null) {
                throw EdgewrightException.caller("JSON_INVALID", "the body is null; send a JSON object");
            }
            return value;
        } catch (UnrecognizedPropertyException e) {
            throw EdgewrightException.caller(
                    "FIELD_UNKNOWN",
                    "unknown field '" + path(e) + "'; known here: "
                            + e.getKnownPropertyIds().stream()
                                    .map(String::valueOf)
                                    .sorted(Comparator.naturalOrder())
                                    .collect(Collectors.joining(", ")));
        } catch (JsonMappingException e) {
            if (e.getCause() instanceof EdgewrightException cause) {
                throw cause;
            }
            var where = path(e);
            throw EdgewrightException.caller(
                    "FIELD_INVALID", (where.isEmpty() ? "" : "field '" + where + "': ") + e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw EdgewrightException.caller(
                    "JSON_INVALID",
                    "no JSON at line " + at.getLineNr() + ", column " + at.getColumnNr() + ": "
                            + e.getOriginalMessage());
        } catch (java.io.IOException e) {
            throw EdgewrightException.bug("JSON_READ_FAILED", "cannot read a byte array", e);
        }
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(r -> r.getFieldName() != null ? r.getFieldName() : "[" + r.getIndex() + "]")
                .collect(Collectors.joining("."))
                .replace(".[", "[");
    }
}
