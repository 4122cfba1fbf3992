package dev.edgewright.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.error.EdgewrightException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControllerConfigTest {

    @Test
    void keys_and_defaults() {
        assertThat(ControllerConfig.keys())
                .containsExactly(
                        Map.entry("data", "data/controller"),
                        Map.entry("http.listen", "127.0.0.1:8080"),
                        Map.entry("http.workers", "8"),
                        Map.entry("http.max-model-mb", "2048"),
                        Map.entry("http.max-data-mb", "4096"),
                        Map.entry("mqtt.broker", "embedded:127.0.0.1:1883"),
                        Map.entry("mqtt.user", ""),
                        Map.entry("mqtt.password", ""),
                        Map.entry("mqtt.advertise", ""),
                        Map.entry("coap.listen", ""),
                        Map.entry("coap.psk-file", ""),
                        Map.entry("database.url", "sqlite"),
                        Map.entry("jobs.workers", "1"),
                        Map.entry("jobs.training-threads", "0"),
                        Map.entry("jobs.training-memory-mb", "4096"),
                        Map.entry("jobs.training-cache-mb", "2048"),
                        Map.entry("transfer.bytes-per-second", "0"),
                        Map.entry("transfer.bytes-per-window", "0"),
                        Map.entry("transfer.window", "86400s"),
                        Map.entry("webhooks.reach", "public"),
                        Map.entry("webhooks.attempts", "16"));
    }

    @Test
    void every_key_is_in_the_guide() throws Exception {
        var guide = Files.readString(Path.of(System.getProperty("edgewright.root", ".."), "docs/controller.md"));
        ControllerConfig.keys().keySet().forEach(key -> assertThat(guide).contains("| `" + key + "` |"));
    }

    @Test
    void an_option_wins_over_the_environment_and_that_over_the_file(@TempDir Path folder) throws Exception {
        var file = Files.writeString(
                folder.resolve("controller.yaml"), "http: {listen: \"127.0.0.1:1\", workers: 3}\nmqtt: {user: file}\n");
        var environment = Map.of(
                "EDGEWRIGHT_CONTROLLER__HTTP__LISTEN",
                "127.0.0.1:2",
                "EDGEWRIGHT_CONTROLLER__MQTT__USER",
                "environment");
        var config = ControllerConfig.of(List.of("--config", file.toString(), "--http", "127.0.0.1:3"), environment);
        assertThat(config.http().listen()).isEqualTo("127.0.0.1:3");
        assertThat(config.mqtt().user()).isEqualTo("environment");
        assertThat(config.http().workers()).isEqualTo(3);
    }

    @Test
    void a_password_is_not_printed() {
        var config = ControllerConfig.of(List.of(), Map.of("EDGEWRIGHT_CONTROLLER__MQTT__PASSWORD", "hush-hush"));
        assertThat(config.toString()).doesNotContain("hush-hush");
        assertThat(config.mqtt().password().reveal()).isEqualTo("hush-hush");
    }

    @Test
    void a_key_that_is_not_there_is_named_with_the_nearest() {
        assertThatThrownBy(() -> ControllerConfig.of(List.of(), Map.of("EDGEWRIGHT_CONTROLLER__HTTP__LISTN", "x")))
                .isInstanceOf(EdgewrightException.class)
                .hasMessageContaining("http.listen");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost:port", "localhost:70000", ":80", "127.0.0.1:-1"})
    void what_is_no_address_is_refused(String text) {
        assertThatThrownBy(() -> HostPort.parse("http.listen", text))
                .isInstanceOf(EdgewrightException.class)
                .hasMessageContaining("HOST:PORT");
    }

    @Test
    void addresses_of_both_families() {
        assertThat(HostPort.parse("x", "127.0.0.1:80")).isEqualTo(new HostPort("127.0.0.1", 80));
        assertThat(HostPort.parse("x", "[::1]:80"))
                .isEqualTo(new HostPort("::1", 80))
                .hasToString("[::1]:80");
        assertThat(new HostPort("::1", 80).loopback()).isTrue();
        assertThat(new HostPort("0.0.0.0", 80).loopback()).isFalse();
    }
}
