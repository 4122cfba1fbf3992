package dev.edgewright.benchmarks.transfer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.agent.AgentConfig;
import dev.edgewright.agent.AgentMain;
import dev.edgewright.agent.RunningAgent;
import dev.edgewright.benchmarks.rest.Rest;
import dev.edgewright.controller.ControllerConfig;
import dev.edgewright.controller.ControllerMain;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One large model to N agents that are offered it at the same moment. Controller, broker (when embedded) and agents are the real ones and
 * share this process and machine; only their work is in the figures, no network. Prints a row for each number of agents: time until the
 * last agent held the whole file, time until the last one served it, payload received per second by all agents together, and the bytes that
 * the controller published divided by the size of the transferred file.
 */
public final class TransferBenchmark {

    private static final Set<String> FETCHED = Set.of("VERIFYING", "PROBING", "WATCHING", "COMMITTED");
    private static final long LIMIT_NANOS = 900_000_000_000L;

    private TransferBenchmark() {}

    /** @param args MODEL.onnx, BROKER ({@code embedded:127.0.0.1:0} or {@code tcp://127.0.0.1:PORT}), numbers of agents */
    public static void main(String[] args) throws Exception {
        if (args.length < 3) {
            System.err.println("usage: TransferBenchmark MODEL.onnx BROKER AGENTS [AGENTS ...]");
            System.exit(2);
        }
        System.out.println(
                "| broker | agents | fetched by all, s | serving on all, s | MB/s to all agents | published / size |");
        System.out.println("|---|---|---|---|---|---|");
        for (String agents : List.of(args).subList(2, args.length)) {
            Path folder = Files.createTempDirectory("edgewright-transfer");
            try {
                run(Path.of(args[0]), args[1], Integer.parseInt(agents), folder);
            } finally {
                delete(folder);
            }
        }
        System.exit(0); // Paho leaves threads behind
    }

    private static void run(Path model, String broker, int count, Path folder) throws Exception {
        ControllerConfig config = ControllerConfig.DEFAULTS
                .withData(folder.resolve("controller"))
                .withHttp("127.0.0.1:0")
                .withMqtt(broker);
        List<RunningAgent> agents = new ArrayList<>();
        try (var controller = ControllerMain.start(config)) {
            Rest rest = new Rest(HttpClient.newHttpClient(), controller.http());
            // A name of its own for each run: retained messages of an external broker outlive it.
            String run = "t" + Long.toString(System.nanoTime(), 36);
            rest.upload("/api/v1/models/" + run + "?version=1&variants=none", model);
            rest.post("/api/v1/models/" + run + "/variants", "{\"recipes\":[\"fp32\"]}");
            long started = System.nanoTime();
            while (rest.get("/api/v1/models/" + run + "/variants").path("items").isEmpty()) {
                pause(started, "the variant");
            }
            long size = rest.get("/api/v1/models/" + run + "/variants")
                    .path("items")
                    .get(0)
                    .path("sizeBytes")
                    .asLong();
            for (int i = 0; i < count; i++) {
                agents.add(AgentMain.start(AgentConfig.parse(
                        List.of(
                                "--id",
                                run + "-" + i,
                                "--broker",
                                controller.broker().toString(),
                                "--data",
                                folder.resolve("agent-" + i).toString(),
                                "--trust",
                                folder.resolve("controller/keys").toString(),
                                "--serve",
                                "127.0.0.1:0",
                                "--threads",
                                "1",
                                "--probe",
                                "none"),
                        Map.of())));
            }
            String query = "device.id.startsWith('" + run + "-')";
            while (online(rest, run) < count) {
                pause(started, "all agents online");
            }
            double before = rest.metric("edgewright_transfer_published_bytes_total");
            long offered = System.nanoTime();
            rest.post(
                    "/api/v1/rollouts",
                    "{\"model\":\"" + run + "\",\"variant\":\"fp32\",\"query\":\"" + query
                            + "\",\"waves\":[{\"percent\":100}],\"watchSeconds\":1}");
            double fetched = until(rest, run, count, FETCHED, offered);
            double serving = until(rest, run, count, Set.of("WATCHING", "COMMITTED"), offered);
            double published = rest.metric("edgewright_transfer_published_bytes_total") - before;
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %d | %.1f | %.1f | %.1f | %.3f |%n",
                    broker.startsWith("embedded") ? "embedded" : "external",
                    count,
                    fetched,
                    serving,
                    size / 1e6 * count / fetched,
                    published / size);
            agents.forEach(RunningAgent::close); // before the broker, lest they try to reconnect
        }
    }

    private static long online(Rest rest, String run) throws IOException, InterruptedException {
        return devices(rest).stream()
                .filter(device -> device.path("id").asText().startsWith(run + "-"))
                .filter(device -> device.path("state").asText().equals("ONLINE"))
                .count();
    }

    /** Seconds from the offer until every agent reports one of the states. */
    private static double until(Rest rest, String run, int count, Set<String> states, long offered)
            throws IOException, InterruptedException {
        while (true) {
            int reached = 0;
            for (JsonNode device : devices(rest)) {
                for (JsonNode assignment : device.path("assignments")) {
                    if (!assignment.path("model").asText().equals(run)) {
                        continue;
                    }
                    String state = assignment.path("state").asText();
                    if (state.equals("FAILED") || state.equals("ROLLED_BACK")) {
                        throw new IOException(device.path("id").asText() + " ended " + assignment);
                    }
                    reached += states.contains(state) ? 1 : 0;
                }
            }
            if (reached >= count) {
                return (System.nanoTime() - offered) / 1e9;
            }
            pause(offered, states.toString());
        }
    }

    private static List<JsonNode> devices(Rest rest) throws IOException, InterruptedException {
        List<JsonNode> devices = new ArrayList<>();
        rest.get("/api/v1/devices?limit=200").path("items").forEach(devices::add);
        return devices;
    }

    private static void pause(long since, String what) throws InterruptedException, IOException {
        if (System.nanoTime() - since > LIMIT_NANOS) {
            throw new IOException("waited 15 minutes for " + what);
        }
        Thread.sleep(200);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
