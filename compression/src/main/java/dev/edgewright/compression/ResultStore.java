package dev.edgewright.compression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.data.Task.Metric;
import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.runtime.LatencyResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was measured, in {@code results.json} beside the variants, so that a run that was stopped goes on where it was. An entry counts only
 * for the same model, data, recipe and settings, and while its file is still what was measured. Written whole after each candidate.
 */
final class ResultStore {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path file;
    private final ObjectNode entries;

    private ResultStore(Path file, ObjectNode entries) {
        this.file = file;
        this.entries = entries;
    }

    static ResultStore open(Path folder) {
        Path file = folder.resolve("results.json");
        try {
            Files.createDirectories(folder);
            JsonNode present = Files.exists(file) ? JSON.readTree(file.toFile()) : null;
            return new ResultStore(file, present instanceof ObjectNode object ? object : JSON.createObjectNode());
        } catch (IOException e) {
            // A file that cannot be read is as good as none: everything is measured again.
            return new ResultStore(file, JSON.createObjectNode());
        }
    }

    /** A kept measurement whose file is unchanged; golden cases are not kept. */
    Optional<Candidate> find(String key) {
        JsonNode entry = entries.path(key);
        if (entry.isMissingNode()) {
            return Optional.empty();
        }
        Path model = Path.of(entry.path("file").asText());
        Path resolved = model.isAbsolute() ? model : file.resolveSibling(model.toString());
        if (!Files.isRegularFile(resolved)
                || !Inspection.digest(resolved).equals(entry.path("digest").asText())) {
            return Optional.empty();
        }
        return Optional.of(new Candidate(
                entry.path("name").asText(),
                entry.path("recipe").asText(),
                resolved,
                entry.path("bytes").asLong(),
                entry.path("digest").asText(),
                accuracy(entry.path("accuracy")),
                latency(entry.path("latency")),
                texts(entry.path("lineage")),
                texts(entry.path("notes")),
                texts(entry.path("requiresIsa")),
                entry.path("fasterThanOriginal").asBoolean(),
                GoldenCases.none()));
    }

    void keep(String key, Candidate candidate) {
        Path folder = file.toAbsolutePath().getParent();
        Path model = candidate.file().toAbsolutePath();
        ObjectNode entry = JSON.createObjectNode();
        entry.put("name", candidate.name());
        entry.put("recipe", candidate.recipe());
        entry.put("file", model.startsWith(folder) ? folder.relativize(model).toString() : model.toString());
        entry.put("bytes", candidate.bytes());
        entry.put("digest", candidate.digest());
        candidate.accuracy().ifPresent(accuracy -> entry.set("accuracy", JSON.valueToTree(accuracy)));
        entry.set("latency", JSON.valueToTree(candidate.latency()));
        list(entry.putArray("lineage"), candidate.lineage());
        list(entry.putArray("notes"), candidate.notes());
        list(entry.putArray("requiresIsa"), candidate.requiresIsa());
        entry.put("fasterThanOriginal", candidate.fasterThanOriginal());
        entries.set(key, entry);
        write();
    }

    private void write() {
        Path partial = file.resolveSibling("results.json.partial");
        try {
            JSON.writeValue(partial.toFile(), entries);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CompressionException(Code.OUTPUT_FAILED, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static void list(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static Optional<AccuracyResult> accuracy(JsonNode node) {
        if (!node.isObject()) {
            return Optional.empty();
        }
        return Optional.of(new AccuracyResult(
                Metric.valueOf(node.path("metric").asText()),
                node.path("value").asDouble(),
                node.path("low").asDouble(),
                node.path("high").asDouble(),
                node.path("samples").asLong(),
                node.path("agreement").asDouble(),
                node.path("flips").asLong(),
                node.path("cosine").asDouble()));
    }

    private static LatencyResult latency(JsonNode node) {
        return new LatencyResult(
                node.path("p50Millis").asDouble(),
                node.path("p95Millis").asDouble(),
                node.path("threads").asInt(),
                node.path("runs").asInt(),
                node.path("relative").asDouble());
    }
}
