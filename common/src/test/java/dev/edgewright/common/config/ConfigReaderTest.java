package dev.edgewright.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {

    enum Store {
        SQLITE,
        POSTGRES_CLUSTER
    }

    record Http(String host, int port, Duration maxIdle) {
        Http {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("port is " + port + ", it goes from 0 to 65535");
            }
        }
    }

    record Mqtt(URI broker, Secret password, Optional<String> user) {}

    record Config(
            Path data,
            Store store,
            boolean coap,
            double ratio,
            long bytes,
            List<String> labels,
            Http http,
            Mqtt mqtt) {}

    private static final Config DEFAULTS = new Config(
            Path.of("data"),
            Store.SQLITE,
            false,
            0.1,
            1L << 40,
            List.of("a", "b"),
            new Http("127.0.0.1", 8080, Duration.ofSeconds(30)),
            new Mqtt(URI.create("tcp://127.0.0.1:1883"), Secret.none(), Optional.empty()));

    @TempDir
    Path folder;

    /** As every module pins its own: key names and defaults are a promise to those who wrote configuration files. */
    @Test
    void key_names_and_defaults_stay_as_they_are() {
        assertThat(ConfigReader.of(DEFAULTS).keys())
                .containsExactly(
                        entry("data", "data"),
                        entry("store", "sqlite"),
                        entry("coap", "false"),
                        entry("ratio", "0.1"),
                        entry("bytes", "1099511627776"),
                        entry("labels", "[a, b]"),
                        entry("http.host", "127.0.0.1"),
                        entry("http.port", "8080"),
                        entry("http.max-idle", "30s"),
                        entry("mqtt.broker", "tcp://127.0.0.1:1883"),
                        entry("mqtt.password", ""),
                        entry("mqtt.user", ""));
    }

    @Test
    void without_any_setting_the_defaults_hold() {
        assertThat(ConfigReader.of(DEFAULTS).yaml("", "empty.yaml").read()).isEqualTo(DEFAULTS);
        assertThat(ConfigReader.of(DEFAULTS)
                        .yaml("# nothing but a comment", "empty.yaml")
                        .read())
                .isEqualTo(DEFAULTS);
    }

    @Test
    void a_file_sets_what_it_names() throws IOException {
        Path file = Files.writeString(folder.resolve("edgewright.yaml"), """
                data: /var/lib/edgewright
                store: postgres-cluster
                coap: true
                ratio: 0.25
                labels: [x, y, z]
                http:
                  port: 9090
                  max-idle: 250ms
                mqtt:
                  password: hunter2
                  user: fleet
                """);
        Config config = ConfigReader.of(DEFAULTS).file(file).read();
        assertThat(config)
                .isEqualTo(new Config(
                        Path.of("/var/lib/edgewright"),
                        Store.POSTGRES_CLUSTER,
                        true,
                        0.25,
                        1L << 40,
                        List.of("x", "y", "z"),
                        new Http("127.0.0.1", 9090, Duration.ofMillis(250)),
                        new Mqtt(DEFAULTS.mqtt().broker(), Secret.of("hunter2"), Optional.of("fleet"))));
    }

    @Test
    void options_beat_the_environment_which_beats_the_file() {
        ConfigReader<Config> reader = ConfigReader.of(DEFAULTS)
                .yaml("http: {port: 1, max-idle: 1s, host: file}", "x.yaml")
                .environment(
                        Map.of("EW__HTTP__PORT", "2", "EW__HTTP__MAX_IDLE", "2s", "EW__LABELS", "p, q", "OTHER", "x"),
                        "EW__")
                .override("http.port", "3");
        assertThat(reader.read().http()).isEqualTo(new Http("file", 3, Duration.ofSeconds(2)));
        assertThat(reader.read().labels()).containsExactly("p", "q");
    }

    @Test
    void what_an_orchestrator_adds_for_its_services_is_no_setting() {
        Map<String, String> environment = Map.of("EW_PORT", "tcp://10.0.0.1:80", "EW_SERVICE_HOST", "10.0.0.1");
        assertThat(ConfigReader.of(DEFAULTS).environment(environment, "EW__").read())
                .isEqualTo(DEFAULTS);
    }

    @Test
    void an_unknown_key_stops_with_the_nearest_known_one() {
        refused("CONFIG_UNKNOWN_KEY", () -> ConfigReader.of(DEFAULTS).yaml("http: {prot: 80}", "x.yaml"))
                .hasMessage("x.yaml: no setting is called 'http.prot'; did you mean 'http.port'?");
        refused("CONFIG_UNKNOWN_KEY", () -> ConfigReader.of(DEFAULTS).yaml("port: 80", "x.yaml"))
                .hasMessageEndingWith("did you mean 'http.port'?");
        refused("CONFIG_UNKNOWN_KEY", () -> ConfigReader.of(DEFAULTS).yaml("htpp: {port: 80}", "x.yaml"))
                .hasMessageStartingWith("x.yaml: no setting is called 'htpp'");
        refused(
                        "CONFIG_UNKNOWN_KEY",
                        () -> ConfigReader.of(DEFAULTS).environment(Map.of("EW__HTTP__MAXIDLE", "1s"), "EW__"))
                .hasMessage("environment variable EW__HTTP__MAXIDLE: no setting is called 'http.maxidle';"
                        + " did you mean 'http.max-idle'?");
        refused("CONFIG_UNKNOWN_KEY", () -> ConfigReader.of(DEFAULTS).override("zzzzzzzzzzzz", "1"))
                .hasMessageContaining("known keys: data, store,");
    }

    @Test
    void a_value_that_does_not_fit_is_refused_with_its_place() {
        invalid("http: {port: many}").hasMessage("x.yaml: http.port: 'many' is no int");
        invalid("http: {max-idle: soon}").hasMessageContaining("write 250ms, 5s, 2m, 1h or 7d");
        invalid("coap: perhaps").hasMessageContaining("neither true nor false");
        invalid("store: mysql").hasMessageContaining("none of [sqlite, postgres-cluster]");
        invalid("ratio: 'NaN'").hasMessageContaining("x.yaml: ratio: is NaN");
        invalid("data: [a, b]").hasMessageContaining("takes one value, not a list of 2");
        invalid("data:").hasMessageContaining("data: has no value");
        invalid("http: 80").hasMessage("x.yaml: http has to be a list of keys and values");
        invalid("- a").hasMessageContaining("has to be a list of keys and values");
    }

    @Test
    void a_value_that_its_record_refuses_names_the_area() {
        invalid("http: {port: 70000}").hasMessage("http: port is 70000, it goes from 0 to 65535");
    }

    @Test
    void a_file_that_is_no_yaml_is_refused_with_line_and_column() {
        invalid("http: {port: 1\nx").hasMessageContaining("is no valid YAML").hasMessageContaining("line 2");
        invalid("coap: true\ncoap: false").hasMessageContaining("Duplicate");
        refused("CONFIG_UNREADABLE", () -> ConfigReader.of(DEFAULTS).file(folder.resolve("none.yaml")));
    }

    @Test
    void a_secret_shows_only_where_it_is_revealed() throws IOException {
        Path file = Files.writeString(folder.resolve("password"), "hunter2\n");
        Config config = ConfigReader.of(DEFAULTS)
                .override("mqtt.password", "file:" + file)
                .read();
        assertThat(config.mqtt().password().reveal()).isEqualTo("hunter2");
        assertThat(config.toString()).doesNotContain("hunter2").contains("password=******");
        assertThat(config.mqtt().password()).isEqualTo(Secret.of("hunter2")).isNotEqualTo(Secret.of("hunter3"));
        refused(
                "CONFIG_UNREADABLE",
                () -> ConfigReader.of(DEFAULTS)
                        .override("mqtt.password", "file:" + folder.resolve("none"))
                        .read());
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> invalid(String yaml) {
        return refused(
                "CONFIG_INVALID",
                () -> ConfigReader.of(DEFAULTS).yaml(yaml, "x.yaml").read());
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> refused(String code, ThrowingCallable action) {
        return assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        EdgewrightException.class,
                        e -> assertThat(e.code().name()).isEqualTo(code));
    }
}
