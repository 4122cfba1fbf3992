package dev.edgewright.controller.http.view;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.controller.deployment.RolloutSection;
import dev.edgewright.controller.rollout.RolloutRequest;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The rollout's part of a deployment file has the fields of {@link RolloutBody}, without those that the rest of the file says. */
public final class RolloutBodySection implements RolloutSection {

    private static final Set<String> SAID_ELSEWHERE =
            Set.of("model", "version", "query", "variant", "maxDrop", "floor");

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    @Override
    public Set<String> keys(String path) {
        Class<?> type = RolloutBody.class;
        if (!path.isEmpty()) {
            for (String part : path.split("\\.")) {
                type = component(type, part);
            }
        }
        if (!type.isRecord()) {
            return Set.of();
        }
        var keys = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        if (type == RolloutBody.class) {
            keys.removeAll(SAID_ELSEWHERE);
        }
        return keys;
    }

    /** The record behind a field, through a list; Object for anything else. */
    private static Class<?> component(Class<?> type, String name) {
        if (!type.isRecord()) {
            return Object.class;
        }
        return Arrays.stream(type.getRecordComponents())
                .filter(c -> c.getName().equals(name))
                .findFirst()
                .<Class<?>>map(c -> element(c.getGenericType()))
                .orElse(Object.class);
    }

    private static Class<?> element(Type type) {
        if (type instanceof ParameterizedType list && list.getActualTypeArguments()[0] instanceof Class<?> item) {
            return item;
        }
        return type instanceof Class<?> plain ? plain : Object.class;
    }

    @Override
    public RolloutRequest request(Map<String, Object> values, String createdBy) {
        var whole = new LinkedHashMap<>(values);
        whole.put("model", "to-be-filled-in");
        try {
            return MAPPER.convertValue(whole, RolloutBody.class).toRequest(createdBy);
        } catch (IllegalArgumentException e) {
            if (e.getCause() instanceof JsonMappingException cause) {
                String field = cause.getPath().stream()
                        .filter(r -> r.getFieldName() != null)
                        .map(JsonMappingException.Reference::getFieldName)
                        .collect(Collectors.joining("."));
                throw EdgewrightException.caller(
                        "FIELD_INVALID", "'" + field + "' does not fit: " + cause.getOriginalMessage());
            }
            throw EdgewrightException.caller("FIELD_INVALID", String.valueOf(e.getMessage()));
        }
    }
}
