package dev.edgewright.compression.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where the time goes, node by node, from ONNX Runtime's own profile: medians over many runs. */
public final class Profile {

    /** The profile file is cut off by the runtime at about a million events; this many runs stay far below that. */
    private static final int EVENTS = 200_000;

    private Profile() {}

    /**
     * One kernel of the optimised graph.
     *
     * @param name the node's name in the optimised graph; fused nodes carry the name of one of their parts
     * @param op the operator that runs
     * @param micros median time of one run, microseconds
     * @param inputTypes element types of what it reads, as the runtime names them: float, int8, uint8, int32
     * @param outputTypes element types of what it makes
     */
    public record Kernel(String name, String op, double micros, List<String> inputTypes, List<String> outputTypes) {}

    /** Runs the model on the feeds and reads the profile; kernels come in order of execution. */
    public static List<Kernel> of(Path model, Map<String, Tensor> feeds, int threads, int runs) {
        try {
            Path folder = Files.createTempDirectory("edgewright-profile");
            try (ModelSession session =
                    ModelSession.open(model, SessionSettings.threads(threads).withProfile(folder.resolve("profile")))) {
                try (ModelSession.Prepared prepared = session.prepare(feeds)) {
                    for (int i = 0; i < runs; i++) {
                        prepared.timeNanos();
                    }
                }
                return read(session.endProfiling(), runs);
            } finally {
                OptimizedModel.delete(folder);
            }
        } catch (IOException e) {
            throw new CompressionException(
                    Code.RUNTIME_FAILED, "cannot read the runtime's profile: " + e.getMessage(), e);
        }
    }

    /** How many runs of a graph with this many nodes the profile file can hold, at most as many as wanted. */
    public static int runs(int nodes, int wanted) {
        return Math.max(3, Math.min(wanted, EVENTS / (3 * Math.max(1, nodes))));
    }

    private static List<Kernel> read(Path file, int runs) throws IOException {
        Map<String, List<Long>> times = new LinkedHashMap<>();
        Map<String, JsonNode> last = new LinkedHashMap<>();
        for (JsonNode event : new ObjectMapper().readTree(file.toFile())) {
            String name = event.path("name").asText();
            if (!event.path("cat").asText().equals("Node") || !name.endsWith("_kernel_time")) {
                continue;
            }
            String key = event.path("args").path("node_index").asText() + "/" + name;
            times.computeIfAbsent(key, k -> new ArrayList<>())
                    .add(event.path("dur").asLong());
            last.put(key, event);
        }
        List<Kernel> kernels = new ArrayList<>();
        times.forEach((key, micros) -> {
            JsonNode event = last.get(key);
            String name = event.path("name").asText();
            kernels.add(new Kernel(
                    name.substring(0, name.length() - "_kernel_time".length()),
                    event.path("args").path("op_name").asText(),
                    median(micros, runs),
                    types(event.path("args").path("input_type_shape")),
                    types(event.path("args").path("output_type_shape"))));
        });
        return kernels;
    }

    /** The median of the second half, when caches are warm; times the repetitions within one run, as in loops. */
    private static double median(List<Long> micros, int runs) {
        long[] warm = micros.subList(micros.size() / 2, micros.size()).stream()
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
        double middle = warm.length == 0 ? 0 : (warm[(warm.length - 1) / 2] + warm[warm.length / 2]) / 2.0;
        // Whole microseconds are too coarse for small kernels; a trimmed mean keeps their fractions.
        double mean = Arrays.stream(warm)
                .limit(Math.max(1, warm.length * 3L / 4))
                .average()
                .orElse(middle);
        return Math.max(1, Math.round((double) micros.size() / runs)) * mean;
    }

    private static List<String> types(JsonNode list) {
        List<String> types = new ArrayList<>();
        list.forEach(entry -> entry.fieldNames().forEachRemaining(types::add));
        return types;
    }
}
