package dev.edgewright.compression.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.Saturation;
import dev.edgewright.compression.search.LayerStudy;

/** The report for programs. */
final class JsonReport {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private JsonReport() {}

    static byte[] of(Compressor.Result result) throws JsonProcessingException {
        ObjectNode root = JSON.createObjectNode();
        ObjectNode model = root.putObject("model");
        model.put("digest", result.model().digest());
        model.put("bytes", result.model().bytes());
        model.put("parameters", result.model().parameters());
        model.put("opset", result.model().opset());
        model.set("operators", JSON.valueToTree(result.model().operators()));
        root.set("original", candidate(result.original()));
        ArrayNode candidates = root.putArray("candidates");
        result.candidates().forEach(candidate -> candidates.add(candidate(candidate)));
        root.set("front", JSON.valueToTree(result.front()));
        root.put("recommended", result.recommended().orElse(null));
        root.set("failures", JSON.valueToTree(result.failures()));
        ArrayNode saturation = root.putArray("withoutVnni");
        for (Saturation one : result.saturation()) {
            ObjectNode node = saturation.addObject();
            node.put("candidate", one.candidate());
            node.set("exact", JSON.valueToTree(one.exact()));
            node.set("saturating", JSON.valueToTree(one.saturating()));
            node.put("lost", one.lost());
        }
        result.layers().ifPresent(study -> {
            ObjectNode layers = root.putObject("layers");
            layers.put("baseError", study.baseError());
            layers.put("baseMicros", study.baseMicros());
            ArrayNode effects = layers.putArray("effects");
            for (LayerStudy.Effect effect : study.effects()) {
                effects.add(JSON.<ObjectNode>valueToTree(effect));
            }
        });
        return JSON.writeValueAsBytes(root);
    }

    private static ObjectNode candidate(Candidate candidate) {
        ObjectNode node = JSON.createObjectNode();
        node.put("name", candidate.name());
        node.put("recipe", candidate.recipe());
        node.put("file", candidate.file().getFileName().toString());
        node.put("bytes", candidate.bytes());
        node.put("digest", candidate.digest());
        candidate.accuracy().ifPresent(accuracy -> node.set("accuracy", JSON.valueToTree(accuracy)));
        node.set("latency", JSON.valueToTree(candidate.latency()));
        node.put("fasterThanOriginal", candidate.fasterThanOriginal());
        node.set("requiresIsa", JSON.valueToTree(candidate.requiresIsa()));
        node.set("lineage", JSON.valueToTree(candidate.lineage()));
        node.set("notes", JSON.valueToTree(candidate.notes()));
        return node;
    }
}
