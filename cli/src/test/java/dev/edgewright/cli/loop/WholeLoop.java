package dev.edgewright.cli.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgewright.agent.AgentMain;
import dev.edgewright.controller.ControllerMain;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionTimeoutException;

/** A controller and agents as processes of their own, which a test can kill and start again on the same data. */
public final class WholeLoop implements AutoCloseable {

    public static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String controllerBroker;
    private final String agentBroker;
    private final Map<String, Process> agents = new HashMap<>();
    private Process controller;

    /** With the broker that is embedded in the controller. */
    WholeLoop(Path folder) {
        this(folder, freePort());
    }

    /** With agents that speak CoAP, in the clear on loopback. */
    static WholeLoop overCoap(Path folder) {
        return new WholeLoop(folder, "embedded:127.0.0.1:" + freePort(), "coap://127.0.0.1:" + freePort());
    }

    private WholeLoop(Path folder, int port) {
        this(folder, "embedded:127.0.0.1:" + port, "tcp://127.0.0.1:" + port);
    }

    /** With brokers, or ways to one, that the caller has. */
    public WholeLoop(Path folder, String controllerBroker, String agentBroker) {
        this.folder = folder;
        this.controllerBroker = controllerBroker;
        this.agentBroker = agentBroker;
    }

    public void startController() throws IOException {
        Path port = folder.resolve("controller/http.port");
        Files.deleteIfExists(port);
        var options = new ArrayList<>(List.of(
                "--data",
                folder.resolve("controller").toString(),
                "--http",
                "127.0.0.1:0",
                "--mqtt",
                controllerBroker));
        if (agentBroker.startsWith("coap://")) {
            options.addAll(List.of("--coap", agentBroker.substring("coap://".length())));
        }
        controller = java("controller", ControllerMain.class, options.toArray(String[]::new));
        awaitPort("controller", controller, port);
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> get("/readyz").path("status").asText().equals("up"));
    }

    public void killController() throws InterruptedException {
        controller.destroyForcibly().waitFor();
    }

    public void startAgent(String id) throws IOException {
        startAgent(id, "none");
    }

    /** @param probe how the agent measures itself at its start: none, quick or full */
    public void startAgent(String id, String probe) throws IOException {
        Path port = folder.resolve(id + "/serve.port");
        Files.deleteIfExists(port);
        agents.put(
                id,
                java(
                        id,
                        AgentMain.class,
                        "--id",
                        id,
                        "--broker",
                        agentBroker,
                        "--data",
                        folder.resolve(id).toString(),
                        "--trust",
                        folder.resolve("controller/keys").toString(),
                        "--serve",
                        "127.0.0.1:0",
                        "--threads",
                        "1",
                        "--probe",
                        probe));
        awaitPort(id, agents.get(id), port);
    }

    public void killAgent(String id) throws InterruptedException {
        agents.get(id).destroyForcibly().waitFor();
    }

    public void awaitOnline(String id) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> get("/api/v1/devices/" + id).path("state").asText().equals("ONLINE"));
    }

    /** What a device last reported of a model; a missing node before it did. */
    public JsonNode assignment(String id, String model) throws IOException, InterruptedException {
        for (JsonNode assignment : get("/api/v1/devices/" + id).path("assignments")) {
            if (assignment.path("model").asText().equals(model)) {
                return assignment;
            }
        }
        return JSON.missingNode();
    }

    public JsonNode infer(String id, String model, String request) throws IOException, InterruptedException {
        String port = Files.readString(folder.resolve(id + "/serve.port")).strip();
        return send(
                "POST",
                URI.create("http://127.0.0.1:" + port + "/v2/models/" + model + "/infer"),
                BodyPublishers.ofString(request),
                "application/json");
    }

    public JsonNode get(String path) throws IOException, InterruptedException {
        return send("GET", uri(path), BodyPublishers.noBody(), "application/json");
    }

    public JsonNode post(String path, String json) throws IOException, InterruptedException {
        return send("POST", uri(path), BodyPublishers.ofString(json), "application/json");
    }

    public JsonNode upload(String path, Path file) throws IOException, InterruptedException {
        return send("POST", uri(path), BodyPublishers.ofFile(file), "application/octet-stream");
    }

    /** The sum of a metric of the controller over its labels. */
    double metric(String name) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri("/metrics")).build(), BodyHandlers.ofLines())
                .body()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Override
    public void close() throws InterruptedException {
        List<Process> all = new ArrayList<>(agents.values());
        if (controller != null) {
            all.add(controller);
        }
        for (Process process : all) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Waits until the process says where it listens; one that ended, or said nothing, fails with its log. */
    private void awaitPort(String name, Process process, Path port) throws IOException {
        try {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> Files.exists(port) && !Files.readString(port).isBlank() || !process.isAlive());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(name + " does not listen: " + lastWords(name), e);
        }
        assertThat(process.isAlive())
                .as(() -> name + " ended: " + lastWords(name))
                .isTrue();
    }

    private String lastWords(String name) {
        try {
            List<String> lines = Files.readAllLines(folder.resolve(name + ".log"));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
        } catch (IOException e) {
            return "no log";
        }
    }

    private JsonNode send(String method, URI uri, BodyPublisher body, String type)
            throws IOException, InterruptedException {
        var response = http.send(
                HttpRequest.newBuilder(uri)
                        .timeout(Duration.ofSeconds(60))
                        .header("Content-Type", type)
                        .method(method, body)
                        .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode())
                .as(method + " " + uri + ": " + response.body())
                .isLessThan(300);
        return JSON.readTree(response.body());
    }

    private URI uri(String path) throws IOException {
        String port = Files.readString(folder.resolve("controller/http.port")).strip();
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private Process java(String name, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-Dlogback.configurationFile=edgewright-logback.xml",
                main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(name + ".log").toFile()));
        // Not on the command line: ONNX Runtime 1.29 crashes at start when that is longer than a few kilobytes.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return builder.start();
    }

    private static int freePort() {
        // Below the range that the system hands out, so that no socket elsewhere takes it in the meantime.
        while (true) {
            int port = java.util.concurrent.ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket socket = new ServerSocket(port, 1, java.net.InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (java.net.BindException e) {
                continue;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
