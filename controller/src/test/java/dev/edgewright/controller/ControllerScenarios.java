package dev.edgewright.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.controller.fake.LoopDevice;
import dev.edgewright.controller.fake.TestDevice;
import dev.edgewright.controller.testing.Models;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole controller, its REST interface and devices on its broker: what an operator sees. On every broker. */
abstract class ControllerScenarios {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final String ROLLOUT = "{\"model\":\"tiny\",\"query\":\"device.id == 'cam-1'\",\"watchSeconds\":0}";
    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    /** The setting {@code mqtt.broker}. */
    abstract String broker();

    private RunningController start() {
        return ControllerMain.start(ControllerConfig.DEFAULTS
                .withData(folder.resolve("controller"))
                .withHttp("127.0.0.1:0")
                .withMqtt(broker()));
    }

    @Test
    void a_model_goes_from_import_to_a_device_and_a_restart_forgets_nothing() throws Exception {
        String rollout;
        try (var controller = start();
                var camera = new LoopDevice(controller.broker(), "cam-1", controller.trust())) {
            await().atMost(SOON)
                    .until(() -> get(controller, "/api/v1/devices/cam-1").containsKey("class"));
            assertThat(get(controller, "/api/v1/devices/cam-1").getString("state"))
                    .isEqualTo("ONLINE");

            send(controller, "/api/v1/models/tiny?version=1", "application/octet-stream", Models.tiny(1));
            send(controller, "/api/v1/models/tiny/variants", "application/json", "{\"recipes\":[\"fp32\"]}".getBytes());
            await().atMost(SOON)
                    .until(() -> !get(controller, "/api/v1/models/tiny/variants")
                            .getJsonArray("items")
                            .isEmpty());
            rollout = send(controller, "/api/v1/rollouts", "application/json", ROLLOUT.getBytes())
                    .getString("id");

            assertThat(camera.update()).as("the graph, fetched over MQTT").isEqualTo(Models.tiny(1));
            await().atMost(SOON)
                    .until(() -> get(controller, "/api/v1/rollouts/" + rollout)
                            .getString("state")
                            .equals("SUCCEEDED"));
        }
        try (var again = start()) {
            assertThat(get(again, "/api/v1/rollouts/" + rollout).getString("state"))
                    .isEqualTo("SUCCEEDED");
            assertThat(get(again, "/api/v1/models/tiny").getJsonArray("versions"))
                    .hasSize(1);
            var device = get(again, "/api/v1/devices/cam-1");
            assertThat(device.getJsonArray("assignments").getJsonObject(0).getString("state"))
                    .isEqualTo("COMMITTED");
            try (var camera = new LoopDevice(again.broker(), "cam-1", again.trust())) {
                assertThat(camera.desired().getAssignmentsCount())
                        .as("the desired state is there for a device that comes later")
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void garbage_from_a_device_is_counted_and_hurts_nobody() throws Exception {
        try (var controller = start();
                var device = new TestDevice(controller.broker(), "odd")) {
            // Telemetry may get lost on its way (QoS 0), so it is sent until one was counted.
            var counted = java.util.regex.Pattern.compile(
                    "edgewright_protocol_refused_total\\{kind=\"telemetry\",reason=\"malformed\"} [1-9]");
            await().atMost(SOON).pollInterval(java.time.Duration.ofSeconds(1)).until(() -> {
                device.publish(Topics.telemetry(device.id), new byte[] {(byte) 0xff, 0, 1, 2}, false);
                return counted.matcher(text(controller, "/metrics")).find();
            });
            device.introduce();
            await().atMost(SOON)
                    .until(() -> get(controller, "/api/v1/devices/odd").containsKey("class"));
            assertThat(text(controller, "/metrics"))
                    .containsPattern("edgewright_devices\\{[^}]*state=\"online\"} [1-9]")
                    .contains("edgewright_mqtt_connected 1.0")
                    .containsPattern("edgewright_mqtt_received_total [1-9]");
        }
    }

    @Test
    void two_controllers_do_not_share_a_data_folder() {
        try (var controller = start()) {
            assertThat(controller.http().getPort()).isPositive();
            assertThatThrownBy(this::start)
                    .isInstanceOf(EdgewrightException.class)
                    .hasMessageContaining("another controller uses");
        }
    }

    private JsonObject get(RunningController controller, String path) throws Exception {
        return new JsonObject(text(controller, path));
    }

    private String text(RunningController controller, String path) throws Exception {
        return http.send(
                        HttpRequest.newBuilder(controller.http().resolve(path)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private JsonObject send(RunningController controller, String path, String type, byte[] body) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(controller.http().resolve(path))
                        .header("content-type", type)
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return new JsonObject(answer.body());
    }
}
