package dev.edgewright.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The controller's published interface, to hold requests and canned answers of the tests against it. */
public final class OpenApi {
    private final JsonNode document;

    private OpenApi(JsonNode document) {
        this.document = document;
    }

    public static OpenApi load() {
        try (InputStream in = OpenApi.class.getResourceAsStream("/openapi.yaml")) {
            return new OpenApi(new YAMLMapper().readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is wrong with a request; empty when it is in the document. */
    public List<String> problems(String method, String path, String query, String contentType, JsonNode body) {
        List<String> problems = new ArrayList<>();
        JsonNode item = item(path);
        JsonNode operation = item.path(method.toLowerCase(java.util.Locale.ROOT));
        if (operation.isMissingNode()) {
            return List.of("no operation " + method + " " + path);
        }
        Set<String> known = new TreeSet<>();
        for (JsonNode parameters : List.of(item.path("parameters"), operation.path("parameters"))) {
            parameters.forEach(p -> known.add(resolve(p).path("name").asText()));
        }
        parameters(query).keySet().forEach(name -> {
            if (!known.contains(name)) {
                problems.add("no parameter " + name + " at " + method + " " + path);
            }
        });
        JsonNode content = operation.path("requestBody").path("content");
        if (contentType != null && !content.has(contentType) && !content.isMissingNode()) {
            problems.add(method + " " + path + " takes no " + contentType);
        }
        if (body != null && content.has("application/json")) {
            check(content.path("application/json").path("schema"), body, "body", problems);
        }
        return problems;
    }

    /** What is wrong with an answer. */
    public List<String> answerProblems(String method, String path, int status, JsonNode body) {
        List<String> problems = new ArrayList<>();
        JsonNode responses =
                item(path).path(method.toLowerCase(java.util.Locale.ROOT)).path("responses");
        JsonNode response =
                resolve(responses.has("" + status) ? responses.path("" + status) : responses.path("default"));
        JsonNode content = response.path("content");
        if (!content.isEmpty()) {
            check(content.iterator().next().path("schema"), body, "answer", problems);
        }
        return problems;
    }

    static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new java.util.LinkedHashMap<>();
        if (query != null && !query.isEmpty()) {
            for (String pair : query.split("&")) {
                String[] parts = pair.split("=", 2);
                parameters.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
        }
        return parameters;
    }

    private JsonNode item(String path) {
        for (Map.Entry<String, JsonNode> entry : document.path("paths").properties()) {
            String pattern = entry.getKey().replaceAll("\\{[^}]+}", "[^/]+");
            if (Pattern.matches(pattern, path)) {
                return entry.getValue();
            }
        }
        return document.path("none");
    }

    private JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
    }

    private void check(JsonNode reference, JsonNode value, String where, List<String> problems) {
        JsonNode schema = resolve(reference);
        JsonNode type = schema.path("type");
        if (type.isTextual() && !isOf(type.asText(), value)) {
            problems.add(where + " is no " + type.asText() + ": " + value);
            return;
        }
        if (schema.has("enum") && !contains(schema.path("enum"), value)) {
            problems.add(where + " is none of " + schema.path("enum") + ": " + value);
        }
        if (schema.has("pattern")
                && !Pattern.compile(schema.path("pattern").asText())
                        .matcher(value.asText())
                        .find()) {
            problems.add(where + " does not match " + schema.path("pattern") + ": " + value);
        }
        schema.path("required").forEach(name -> {
            if (!value.has(name.asText())) {
                problems.add(where + " lacks " + name.asText());
            }
        });
        if (value.isObject() && schema.has("properties")) {
            value.properties().forEach(e -> {
                JsonNode property = schema.path("properties").path(e.getKey());
                if (!property.isMissingNode()) {
                    check(property, e.getValue(), where + "." + e.getKey(), problems);
                } else if (schema.path("additionalProperties").isBoolean()) {
                    problems.add(where + " has an unknown field " + e.getKey());
                }
            });
        }
        if (value.isArray()) {
            value.forEach(item -> check(schema.path("items"), item, where + "[]", problems));
        }
    }

    private static boolean contains(JsonNode values, JsonNode value) {
        for (JsonNode candidate : values) {
            if (candidate.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOf(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            default -> true;
        };
    }
}
