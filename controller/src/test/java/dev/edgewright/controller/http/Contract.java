package dev.edgewright.controller.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.SchemaRepository;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/** The OpenAPI document, and whether an answer is what it promises. */
final class Contract {
    private static final String BASE = "app://edgewright/openapi.json";

    private final JsonObject document;
    private final SchemaRepository schemas;
    private final Set<String> exercised = new TreeSet<>();

    Contract() throws IOException {
        try (var in = Contract.class.getClassLoader().getResourceAsStream("openapi.yaml")) {
            var tree = new ObjectMapper(new YAMLFactory()).readTree(in);
            document = new JsonObject(new ObjectMapper().writeValueAsString(tree));
        }
        var options = new JsonSchemaOptions()
                .setBaseUri("app://edgewright/")
                .setDraft(Draft.DRAFT202012)
                .setOutputFormat(OutputFormat.Basic);
        schemas = SchemaRepository.create(options).dereference(BASE, JsonSchema.of(document.copy()));
    }

    /** Every {@code METHOD /path/{parameter}} of the document. */
    Set<String> operations() {
        var all = new TreeSet<String>();
        for (var path : document.getJsonObject("paths")) {
            for (var method : ((JsonObject) path.getValue()).fieldNames()) {
                if (Set.of("get", "put", "post", "patch", "delete").contains(method)) {
                    all.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
                }
            }
        }
        return all;
    }

    Set<String> exercised() {
        return exercised;
    }

    /**
     * Asserts that the answer's status, content type and body are among those that the document gives to the operation.
     *
     * @param operation {@code METHOD /path/{parameter}}
     */
    void holds(String operation, HttpResponse<byte[]> answer) {
        var type = answer.headers()
                .firstValue("content-type")
                .orElse("")
                .split(";")[0]
                .trim();
        var response = response(operation, answer.statusCode());
        var contents = response.getJsonObject("content", new JsonObject());
        if (contents.isEmpty()) {
            assertThat(answer.body()).as(operation + " has no body").isEmpty();
        } else {
            assertThat(contents.fieldNames())
                    .as(operation + " " + answer.statusCode() + ": content types")
                    .contains(type);
            if (type.endsWith("json")) {
                holds(
                        contents.getJsonObject(type).getJsonObject("schema").getString("$ref"),
                        new String(answer.body(), StandardCharsets.UTF_8),
                        operation + " " + answer.statusCode());
            }
        }
        if (answer.statusCode() < 400) {
            exercised.add(operation);
        }
    }

    /** Asserts that {@code json} is what the schema says. */
    void holds(String reference, String json, String what) {
        assertThat(complaints(reference, json))
                .as(what + " against " + reference + ": " + json)
                .isEmpty();
    }

    /** What the schema has against this JSON; empty when nothing. */
    java.util.List<String> complaints(String reference, String json) {
        var result = schemas.validator(BASE + reference).validate(Json.decodeValue(json));
        return Boolean.TRUE.equals(result.getValid())
                ? java.util.List.of()
                : result.getErrors().stream()
                        .map(e -> e.getInstanceLocation() + ": " + e.getError())
                        .toList();
    }

    /** Names of the properties of an object schema. */
    Set<String> properties(String schema) {
        return document.getJsonObject("components")
                .getJsonObject("schemas")
                .getJsonObject(schema)
                .getJsonObject("properties")
                .fieldNames();
    }

    private JsonObject response(String operation, int status) {
        var parts = operation.split(" ");
        var responses = document.getJsonObject("paths")
                .getJsonObject(parts[1])
                .getJsonObject(parts[0].toLowerCase(java.util.Locale.ROOT))
                .getJsonObject("responses");
        var exact = responses.getJsonObject(Integer.toString(status));
        assertThat(exact != null || status >= 400)
                .as(operation + " promises no " + status + "; it has " + responses.fieldNames())
                .isTrue();
        var response = exact == null ? responses.getJsonObject("default") : exact;
        assertThat(response).as(operation + " says nothing of " + status).isNotNull();
        var reference = response.getString("$ref");
        if (reference == null) {
            return response;
        }
        var name = reference.substring(reference.lastIndexOf('/') + 1);
        return document.getJsonObject("components").getJsonObject("responses").getJsonObject(name);
    }
}
