package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.output.Words;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Parts of the API's documents as words. A field that is left out is {@link Words#UNKNOWN}, never an error. */
public final class Fields {
    private Fields() {}

    public static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isMissingNode() || value.isNull() || value.asText().isEmpty() ? Words.UNKNOWN : value.asText();
    }

    /** The number, or NaN where it is left out. */
    public static double number(JsonNode node, String field) {
        return node.path(field).isNumber() ? node.path(field).asDouble() : Double.NaN;
    }

    /** A digest's first 12 digits. */
    public static String digest(JsonNode node, String field) {
        String hex = text(node, field);
        return hex.length() > 12 ? hex.substring(0, 12) : hex;
    }

    /** How long ago a time was. */
    public static String age(JsonNode node, String field, Clock clock) {
        try {
            return Words.duration(
                    Duration.between(Instant.parse(node.path(field).asText()), clock.instant()));
        } catch (DateTimeParseException e) {
            return Words.UNKNOWN;
        }
    }

    /** How long until a time; 0s where it has passed. */
    static String left(JsonNode node, String field, Clock clock) {
        try {
            Duration left = Duration.between(
                    clock.instant(), Instant.parse(node.path(field).asText()));
            return Words.duration(left.isNegative() ? Duration.ZERO : left);
        } catch (DateTimeParseException e) {
            return Words.UNKNOWN;
        }
    }

    public static String joined(JsonNode array, String between) {
        List<String> words = new ArrayList<>();
        array.forEach(item -> words.add(item.asText()));
        return words.isEmpty() ? Words.UNKNOWN : String.join(between, words);
    }

    /** {@code Conv x19, Relu x20} of an object with counts. */
    public static String counts(JsonNode object) {
        String joined = object.properties().stream()
                .map(e -> e.getKey() + " x" + e.getValue().asText())
                .collect(Collectors.joining(", "));
        return joined.isEmpty() ? Words.UNKNOWN : joined;
    }

    /** {@code a=1,b=2} of an object with text values. */
    public static String labels(JsonNode object) {
        String joined = object.properties().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> e.getKey() + "=" + e.getValue().asText())
                .collect(Collectors.joining(","));
        return joined.isEmpty() ? Words.UNKNOWN : joined;
    }

    /** {@code 92.31 % (91.1..93.4)}. */
    public static String accuracy(JsonNode accuracy) {
        if (accuracy.isMissingNode() || accuracy.isNull()) {
            return Words.UNKNOWN;
        }
        String value = Words.accuracy(number(accuracy, "value"));
        double low = number(accuracy, "low");
        double high = number(accuracy, "high");
        return Double.isNaN(low) || Double.isNaN(high)
                ? value
                : value + String.format(java.util.Locale.ROOT, " (%.1f..%.1f)", low * 100, high * 100);
    }

    /** Joules of one inference, idle power subtracted, with the source, which is never left out. */
    public static String energy(JsonNode telemetry) {
        JsonNode joules = telemetry.path("joulesPerInference");
        return joules.isMissingNode() || joules.isNull()
                ? Words.UNKNOWN
                : Words.joules(number(joules, "net")) + " " + text(joules, "source");
    }

    /** {@code [1, 1, 28, 28]}, a free dimension as {@code ?}. */
    public static String shape(JsonNode tensor) {
        List<String> sizes = new ArrayList<>();
        tensor.path("shape").forEach(d -> sizes.add(d.asLong() < 0 ? "?" : d.asText()));
        return text(tensor, "name") + " " + text(tensor, "datatype") + " " + sizes;
    }
}
