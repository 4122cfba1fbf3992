package dev.edgewright.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgewright.common.update.UpdateState;
import dev.edgewright.controller.ControllerConfig;
import dev.edgewright.controller.ControllerMain;
import dev.edgewright.controller.RunningController;
import dev.edgewright.simulator.profile.Faults;
import dev.edgewright.simulator.profile.Mix;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hundred virtual devices, a real controller, its own broker, a real model. */
class SimulatedFleetIT {

    private static final int DEVICES = 100;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Path MODEL =
            Path.of(System.getProperty("edgewright.root"), "examples/fashion-mnist/model.onnx");
    private static final Mix MIX =
            Mix.parse("quick: {verify: 10ms, probe: 10ms}\nslow: {verify: 50ms, probe: 100ms, latency-ms: 40}", "mix");

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void a_rollout_in_waves_reaches_every_device_and_every_byte_is_verified() throws Exception {
        try (RunningController controller = start();
                RunningSimulation simulation = simulate(controller, Faults.NONE)) {
            importModel(controller);
            allAreKnown(controller, simulation);

            JsonNode ended = ended(controller, rollout(controller));

            assertThat(ended.get("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
            assertThat(simulation.statistics().in(UpdateState.COMMITTED)).isEqualTo(DEVICES);
            assertThat(simulation.statistics().bytes())
                    .as("each device took the whole graph, packed")
                    .isGreaterThan(DEVICES * Files.size(MODEL) / 2);
            assertThat(simulation.statistics().rejected()).isZero();
            assertThat(simulation.statistics().lost()).isZero();
        }
    }

    @Test
    void a_rollout_that_fails_on_three_devices_of_ten_halts() throws Exception {
        Faults faults = Faults.parse("probing: {share: 0.3}", "faults");
        try (RunningController controller = start();
                RunningSimulation simulation = simulate(controller, faults)) {
            importModel(controller);
            allAreKnown(controller, simulation);

            JsonNode ended = ended(controller, rollout(controller));

            assertThat(ended.get("state").asText()).as(ended.toString()).isEqualTo("HALTED");
            assertThat(simulation.statistics().in(UpdateState.FAILED)).isPositive();
            assertThat(simulation.statistics().in(UpdateState.COMMITTED)).isLessThan(DEVICES * 7 / 10);
        }
    }

    private RunningController start() {
        return ControllerMain.start(ControllerConfig.DEFAULTS
                .withData(folder.resolve("controller"))
                .withHttp("127.0.0.1:0")
                .withMqtt("embedded:127.0.0.1:0"));
    }

    private static RunningSimulation simulate(RunningController controller, Faults faults) {
        SimulatorConfig config = SimulatorConfig.of(List.of(
                "--devices", String.valueOf(DEVICES),
                "--broker", controller.broker().toString(),
                "--trust", controller.trust().toString()));
        return SimulatorMain.start(config, MIX, faults);
    }

    private void importModel(RunningController controller) throws Exception {
        send(controller, "/api/v1/models/fashion?version=1", "application/octet-stream", Files.readAllBytes(MODEL));
        post(controller, "/api/v1/models/fashion/variants", "{\"recipes\":[\"fp32\"]}");
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(250))
                .until(() -> !get(controller, "/api/v1/models/fashion/variants")
                        .get("items")
                        .isEmpty());
    }

    private void allAreKnown(RunningController controller, RunningSimulation simulation) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(250)).untilAsserted(() -> {
            assertThat(simulation.statistics().connected()).isEqualTo(DEVICES);
            JsonNode known = get(controller, "/api/v1/devices?limit=200").get("items");
            assertThat(known).filteredOn(device -> device.has("class")).hasSize(DEVICES);
        });
    }

    private String rollout(RunningController controller) throws Exception {
        return post(
                        controller,
                        "/api/v1/rollouts",
                        "{\"model\":\"fashion\",\"watchSeconds\":1,\"maxFailureRatio\":0.1,"
                                + "\"waves\":[{\"percent\":10},{\"percent\":40},{\"percent\":50}]}")
                .get("id")
                .asText();
    }

    /** The rollout once it no longer goes on by itself. */
    private JsonNode ended(RunningController controller, String id) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(250))
                .until(
                        () -> get(controller, "/api/v1/rollouts/" + id),
                        rollout -> Set.of("SUCCEEDED", "HALTED", "ABORTED", "FAILED")
                                .contains(rollout.get("state").asText()));
    }

    private JsonNode get(RunningController controller, String path) throws Exception {
        return json.readTree(http.send(
                        HttpRequest.newBuilder(controller.http().resolve(path)).build(), BodyHandlers.ofString())
                .body());
    }

    private JsonNode post(RunningController controller, String path, String body) throws Exception {
        return send(controller, path, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    private JsonNode send(RunningController controller, String path, String type, byte[] body) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(controller.http().resolve(path))
                        .header("content-type", type)
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return json.readTree(answer.body());
    }
}
