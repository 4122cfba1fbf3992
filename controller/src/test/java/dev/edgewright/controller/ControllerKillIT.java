package dev.edgewright.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.edgewright.controller.fake.TestDevice;
import dev.edgewright.controller.fake.Tool;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The controller as a process of its own, as systemd runs it. */
class ControllerKillIT {
    private static final Duration SOON = Duration.ofMinutes(5);

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final int mqttPort = Tool.freePort();
    private Process process;

    @AfterEach
    void stop() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void killed_it_starts_again_and_knows_what_it_knew_and_told_to_stop_it_stops_in_order() throws Exception {
        start();
        try (var device = new TestDevice(broker(), "cam-1").introduce()) {
            await().atMost(SOON).until(() -> get("/api/v1/devices/cam-1").contains("\"class\""));
            patch("/api/v1/devices/cam-1", "{\"labels\":{\"site\":\"north\"}}");
            process.destroyForcibly().waitFor();
        }
        start();
        assertThat(get("/api/v1/devices/cam-1")).contains("\"site\":\"north\"").contains("\"class\"");
        assertThat(get("/readyz")).contains("\"status\":\"up\"");

        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS))
                .as("told to stop, it stops")
                .isTrue();
        assertThat(process.exitValue()).as("143: the JVM's answer to SIGTERM").isEqualTo(143);
        assertThat(Files.readString(folder.resolve("log"))).doesNotContain("did not stop");
    }

    @Test
    void a_wrong_setting_ends_the_start_with_exit_code_2_and_one_clear_line() throws Exception {
        var wrong = new ProcessBuilder(List.of(
                        java(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ControllerMain.class.getName(),
                        "--htp",
                        "x"))
                .redirectErrorStream(true)
                .start();
        var out = new String(wrong.getInputStream().readAllBytes());
        assertThat(wrong.waitFor()).isEqualTo(2);
        assertThat(out).contains("unknown option --htp").contains("--http").doesNotContain("\tat ");
    }

    private void start() throws IOException {
        var data = folder.resolve("data");
        Files.deleteIfExists(data.resolve("http.port"));
        process = new ProcessBuilder(List.of(
                        java(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ControllerMain.class.getName(),
                        "--data",
                        data.toString(),
                        "--http",
                        "127.0.0.1:0",
                        "--mqtt",
                        "embedded:127.0.0.1:" + mqttPort))
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
        await().atMost(SOON).until(() -> Files.exists(data.resolve("http.port")));
        await().atMost(SOON).until(() -> get("/readyz").contains("\"status\":\"up\""));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private URI broker() {
        return URI.create("tcp://127.0.0.1:" + mqttPort);
    }

    private URI uri(String path) throws IOException {
        var port = Files.readString(folder.resolve("data").resolve("http.port")).strip();
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private String get(String path) throws Exception {
        try {
            return http.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return "not yet";
        }
    }

    private void patch(String path, String json) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(uri(path))
                        .method("PATCH", HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
}
