package dev.edgewright.compression.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.recipe.Recipe.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Recipes as YAML:
 *
 * <pre>{@code
 * name: small
 * steps:
 *   - prune: {macs: 0.6}
 *   - int8-static: {calibrator: percentile}
 * }</pre>
 */
final class RecipeYaml {

    private static final ObjectMapper YAML = new YAMLMapper();

    private RecipeYaml() {}

    static Recipe parse(String text) {
        JsonNode root;
        try {
            root = YAML.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CompressionException(Code.RECIPE_INVALID, "a recipe must be YAML: " + e.getOriginalMessage(), e);
        }
        root.properties().forEach(entry -> {
            if (!entry.getKey().equals("name") && !entry.getKey().equals("steps")) {
                throw new CompressionException(
                        Code.RECIPE_INVALID, "a recipe has name and steps, and no key " + entry.getKey());
            }
        });
        if (!root.path("steps").isArray()) {
            throw new CompressionException(Code.RECIPE_INVALID, "a recipe needs steps, a list");
        }
        List<Step> steps = new ArrayList<>();
        for (JsonNode step : root.get("steps")) {
            steps.add(step(step));
        }
        return new Recipe(root.path("name").asText("custom"), steps);
    }

    private static Step step(JsonNode step) {
        if (step.isTextual()) {
            return Step.of(step.asText(), Map.of());
        }
        if (!step.isObject() || step.size() != 1) {
            throw new CompressionException(
                    Code.RECIPE_INVALID, "a step is a name, or one name with parameters, not " + step);
        }
        Map.Entry<String, JsonNode> only = step.properties().iterator().next();
        Map<String, Object> parameters = only.getValue().isObject()
                ? YAML.convertValue(only.getValue(), new TypeReference<Map<String, Object>>() {})
                : Map.of();
        return Step.of(only.getKey(), parameters);
    }
}
