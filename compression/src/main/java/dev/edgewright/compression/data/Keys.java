package dev.edgewright.compression.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Reads keys of a data.yaml; what is not as it should be is an error that says what would be. */
final class Keys {

    private Keys() {}

    /** Refuses keys that nobody reads. */
    static void known(String where, JsonNode node, Set<String> keys) {
        node.properties().forEach(entry -> {
            if (!keys.contains(entry.getKey())) {
                throw bad(where + " has an unknown key " + entry.getKey() + "; known are " + new TreeSet<>(keys));
            }
        });
    }

    /** One number or a list of them. */
    static float[] floats(String where, JsonNode node, float otherwise) {
        if (node.isMissingNode() || node.isNull()) {
            return new float[] {otherwise};
        }
        if (node.isNumber()) {
            return new float[] {(float) node.asDouble()};
        }
        float[] values = new float[node.size()];
        for (int i = 0; i < values.length; i++) {
            if (!node.get(i).isNumber()) {
                throw bad(where + " must hold numbers, not " + node.get(i));
            }
            values[i] = (float) node.get(i).asDouble();
        }
        if (values.length == 0) {
            throw bad(where + " must be a number or a list of numbers, not " + node);
        }
        return values;
    }

    static long[] longs(JsonNode node) {
        long[] values = new long[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = node.get(i).asLong();
        }
        return values;
    }

    /** One word or a list of them. */
    static List<String> words(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return List.of();
        }
        if (!node.isArray()) {
            return List.of(node.asText());
        }
        List<String> words = new ArrayList<>();
        node.forEach(word -> words.add(word.asText()));
        return words;
    }

    /** One of an enum's names, in lower case. */
    static <E extends Enum<E>> E choice(String where, JsonNode node, E otherwise) {
        if (node.isMissingNode() || node.isNull()) {
            return otherwise;
        }
        TreeSet<String> names = new TreeSet<>();
        for (E each : otherwise.getDeclaringClass().getEnumConstants()) {
            String name = each.name().toLowerCase(Locale.ROOT);
            if (name.equals(node.asText().toLowerCase(Locale.ROOT))) {
                return each;
            }
            names.add(name);
        }
        throw bad(where + " must be one of " + names + ", not " + node.asText());
    }

    static CompressionException bad(String message) {
        return new CompressionException(Code.DATA_INVALID, message);
    }
}
