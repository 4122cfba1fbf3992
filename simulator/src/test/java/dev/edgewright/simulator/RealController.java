package dev.edgewright.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgewright.controller.ControllerConfig;
import dev.edgewright.controller.ControllerMain;
import dev.edgewright.controller.RunningController;
import dev.edgewright.simulator.profile.Faults;
import dev.edgewright.simulator.profile.Mix;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A real controller with its own broker, the example's model imported, asked over REST. */
final class RealController implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofMinutes(5);
    static final Path MODEL = Path.of(System.getProperty("edgewright.root"), "examples/fashion-mnist/model.onnx");
    private static final Mix MIX =
            Mix.parse("quick: {verify: 10ms, probe: 10ms}\nslow: {verify: 50ms, probe: 100ms, latency-ms: 40}", "mix");

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final RunningController controller;

    RealController(Path folder) throws Exception {
        controller = ControllerMain.start(ControllerConfig.DEFAULTS
                .withData(folder.resolve("controller"))
                .withHttp("127.0.0.1:0")
                .withMqtt("embedded:127.0.0.1:0"));
        send("/api/v1/models/fashion?version=1", "application/octet-stream", Files.readAllBytes(MODEL));
        post("/api/v1/models/fashion/variants", "{\"recipes\":[\"fp32\"]}");
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(250))
                .until(() ->
                        !get("/api/v1/models/fashion/variants").get("items").isEmpty());
    }

    RunningSimulation simulate(int devices, Faults faults, String... options) {
        List<String> all = new ArrayList<>(List.of(
                "--devices", String.valueOf(devices),
                "--broker", controller.broker().toString(),
                "--trust", controller.trust().toString()));
        all.addAll(List.of(options));
        return SimulatorMain.start(SimulatorConfig.of(all), MIX, faults);
    }

    /** Waits until so many identifiers that begin like this are known with their hardware. */
    void knows(String prefix, int devices) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(250))
                .untilAsserted(() -> assertThat(get("/api/v1/devices?limit=500").get("items"))
                        .filteredOn(device -> device.path("id").asText().startsWith(prefix) && device.has("class"))
                        .hasSize(devices));
    }

    String rollout(String prefix) throws Exception {
        return post(
                        "/api/v1/rollouts",
                        "{\"model\":\"fashion\",\"watchSeconds\":1,\"maxFailureRatio\":0.1,"
                                + "\"query\":\"device.id.startsWith('" + prefix + "')\","
                                + "\"waves\":[{\"percent\":10},{\"percent\":40},{\"percent\":50}]}")
                .get("id")
                .asText();
    }

    /** The rollout once it no longer goes on by itself. */
    JsonNode ended(String id) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(250))
                .until(
                        () -> get("/api/v1/rollouts/" + id),
                        rollout -> Set.of("SUCCEEDED", "HALTED", "ABORTED", "FAILED")
                                .contains(rollout.get("state").asText()));
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return json.readTree(http.send(
                        HttpRequest.newBuilder(controller.http().resolve(path)).build(), BodyHandlers.ofString())
                .body());
    }

    private JsonNode post(String path, String body) throws Exception {
        return send(path, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    private JsonNode send(String path, String type, byte[] body) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(controller.http().resolve(path))
                        .header("content-type", type)
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return json.readTree(answer.body());
    }

    @Override
    public void close() {
        controller.close();
    }
}
