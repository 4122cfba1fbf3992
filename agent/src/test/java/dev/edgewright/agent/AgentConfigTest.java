package dev.edgewright.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.config.ConfigReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentConfigTest {

    @TempDir
    Path folder;

    /** Operators write these names into unit files: none may change by accident. */
    @Test
    void everyKeyIsPinned() {
        assertThat(ConfigReader.of(AgentConfig.DEFAULTS).keys().keySet())
                .containsExactly(
                        "id",
                        "broker",
                        "data",
                        "trust",
                        "serve",
                        "threads",
                        "memory-mb",
                        "label",
                        "profile",
                        "disable-isa",
                        "fs-root",
                        "telemetry-interval",
                        "metrics",
                        "window",
                        "probe",
                        "mqtt.user",
                        "mqtt.password",
                        "mqtt.ca",
                        "coap.psk",
                        "coap.answer",
                        "coap.heartbeat");
    }

    @Test
    void helpAndTheDocumentedTableNameEverySetting() throws Exception {
        String page = Files.readString(
                Path.of(System.getProperty("edgewright.root", "..")).resolve("docs/agent.md"));
        ConfigReader.of(AgentConfig.DEFAULTS).keys().keySet().forEach(key -> {
            assertThat(AgentConfig.usage()).contains("--" + key + " ");
            assertThat(page).contains("`" + key + "`");
        });
    }

    @Test
    void optionsWinOverTheEnvironmentWhichWinsOverTheFileWhichWinsOverTheProfile() throws Exception {
        Path profile =
                Files.writeString(folder.resolve("pi.yaml"), "threads: 1\nmemory-mb: 512\nwindow: 8\nserve: a:1\n");
        Path file = Files.writeString(folder.resolve("agent.yaml"), "memory-mb: 1024\nwindow: 16\nserve: b:2\n");
        AgentConfig config = AgentConfig.parse(
                List.of("--config", file.toString(), "--profile", profile.toString(), "--serve=127.0.0.1:0"),
                Map.of("EDGEWRIGHT_AGENT__WINDOW", "24", "EDGEWRIGHT_AGENT__SERVE", "c:3"));

        assertThat(config.threads()).isEqualTo(1);
        assertThat(config.memoryMb()).isEqualTo(1024);
        assertThat(config.window()).isEqualTo(24);
        assertThat(config.serve()).isEqualTo("127.0.0.1:0");
    }

    @Test
    void labelsAndMasksMayBeGivenMoreThanOnce() {
        AgentConfig config = AgentConfig.parse(
                List.of(
                        "--label",
                        "site=a",
                        "--label",
                        "line=3",
                        "--isa-mask",
                        "avx512_vnni",
                        "--disable-isa",
                        "amx_int8"),
                Map.of());
        assertThat(config.labels()).containsExactly(Map.entry("site", "a"), Map.entry("line", "3"));
        assertThat(config.disableIsa()).containsExactlyInAnyOrder("avx512_vnni", "amx_int8");
        assertThat(config.broker()).isEqualTo(URI.create("tcp://127.0.0.1:1883"));
        assertThat(config.telemetryInterval()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void wrongSettingsAreNamed() {
        assertThatThrownBy(() -> AgentConfig.parse(List.of("--thread", "2"), Map.of()))
                .hasMessageContaining("threads");
        assertThatThrownBy(() -> AgentConfig.parse(List.of("--threads"), Map.of()))
                .hasMessageContaining("needs a value");
        assertThatThrownBy(() -> AgentConfig.parse(List.of("threads"), Map.of()))
                .hasMessageContaining("no option");
        assertThatThrownBy(() -> AgentConfig.parse(List.of("--label", "site"), Map.of()))
                .hasMessageContaining("key=value");
        assertThatThrownBy(() -> AgentConfig.parse(List.of("--broker", "localhost"), Map.of()))
                .hasMessageContaining("tcp://");
    }

    @Test
    void secretsDoNotShowInTheSettings() {
        AgentConfig config = AgentConfig.parse(List.of("--mqtt.password", "swordfish"), Map.of());
        assertThat(config.toString()).doesNotContain("swordfish");
    }
}
