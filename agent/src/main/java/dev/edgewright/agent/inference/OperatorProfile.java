package dev.edgewright.agent.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads from ONNX Runtime's profile how long each kind of operator takes in one run, after fusion, on this device. */
public final class OperatorProfile {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST = 64;

    private OperatorProfile() {}

    /**
     * @param name of the operator, as fused
     * @param input element type of its first input
     * @param calls in one run
     * @param micros in one run: for each node the shortest of its times, added up
     */
    public record Part(String name, String input, int calls, double micros) {}

    private record Node(String name, String input, double micros) {}

    static List<Part> of(
            OrtEnvironment environment,
            OrtTensors tensors,
            InferenceSettings settings,
            Path modelFile,
            Manifest manifest,
            GoldenSet golden,
            int runs) {
        Path folder = null;
        try (OrtSession.SessionOptions options = OrtRuntime.sessionOptions(settings, manifest.getSession())) {
            folder = Files.createTempDirectory("edgewright-operators");
            options.enableProfiling(folder.resolve("trial").toString());
            try (OrtSession session = environment.createSession(modelFile.toString(), options)) {
                if (golden.getCasesCount() == 0) {
                    return List.of();
                }
                run(session, tensors, golden, runs);
                return parts(JSON.readTree(Path.of(session.endProfiling()).toFile()));
            }
        } catch (OrtException | IOException e) {
            throw EdgewrightException.resource(
                    "PROFILE_FAILED", "the operators could not be timed: " + e.getMessage(), e);
        } finally {
            delete(folder);
        }
    }

    private static void run(OrtSession session, OrtTensors tensors, GoldenSet golden, int runs) throws OrtException {
        for (int i = 0; i < runs; i++) {
            Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
            try {
                for (var input : ProtoTensors.byName(
                                golden.getCases(i % golden.getCasesCount()).getInputsList())
                        .entrySet()) {
                    feeds.put(input.getKey(), tensors.toOrt(input.getValue()));
                }
                session.run(feeds).close();
            } finally {
                feeds.values().forEach(OnnxTensor::close);
            }
        }
    }

    static List<Part> parts(JsonNode profile) {
        Map<String, Node> nodes = new TreeMap<>();
        for (JsonNode event : profile) {
            String label = event.path("name").asText();
            if (event.path("cat").asText().equals("Node") && label.endsWith("_kernel_time")) {
                JsonNode args = event.path("args");
                JsonNode first = args.path("input_type_shape").path(0);
                String type = first.fieldNames().hasNext() ? first.fieldNames().next() : "";
                nodes.merge(
                        args.path("node_index").asText() + " " + label,
                        new Node(
                                args.path("op_name").asText(),
                                type,
                                event.path("dur").asDouble()),
                        (a, b) -> a.micros() <= b.micros() ? a : b);
            }
        }
        Map<String, Part> parts = new TreeMap<>();
        for (Node node : nodes.values()) {
            parts.merge(
                    node.name() + " " + node.input(),
                    new Part(node.name(), node.input(), 1, node.micros()),
                    (a, b) -> new Part(a.name(), a.input(), a.calls() + b.calls(), a.micros() + b.micros()));
        }
        return parts.values().stream()
                .sorted(Comparator.comparingDouble(Part::micros).reversed())
                .limit(MOST)
                .toList();
    }

    private static void delete(Path folder) {
        if (folder == null) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file :
                    new ArrayList<>(files.sorted(Comparator.reverseOrder()).toList())) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }
}
