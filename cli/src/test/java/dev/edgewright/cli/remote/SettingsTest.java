package dev.edgewright.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.cli.remote.Settings.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir
    Path home;

    private Path file;

    @BeforeEach
    void folder() throws IOException {
        file = home.resolve(".config/edgewright/config.yaml");
        Files.createDirectories(file.getParent());
    }

    @Test
    void defaultsToThisMachine() {
        assertThat(Settings.resolve(null, null, null, Map.of(), home))
                .isEqualTo(new Settings(java.net.URI.create("http://127.0.0.1:8080"), Output.table));
    }

    @Test
    void optionBeatsEnvironmentBeatsFile() throws IOException {
        Files.writeString(file, "server: http://file:1\noutput: json\n");
        Map<String, String> environment = Map.of("EDGEWRIGHT_SERVER", "http://environment:2");

        assertThat(Settings.resolve(null, null, null, Map.of(), home).server()).hasHost("file");
        assertThat(Settings.resolve(null, null, null, environment, home).server())
                .hasHost("environment");
        assertThat(Settings.resolve("option:3/", null, null, environment, home).server())
                .hasToString("http://option:3");
        assertThat(Settings.resolve(null, null, null, Map.of(), home).output()).isEqualTo(Output.json);
        assertThat(Settings.resolve(null, Output.table, null, Map.of(), home).output())
                .isEqualTo(Output.table);
    }

    @Test
    void followsXdgConfigHome() {
        assertThat(Settings.defaultFile(Map.of("XDG_CONFIG_HOME", "/x"), home))
                .isEqualTo(Path.of("/x/edgewright/config.yaml"));
    }

    @Test
    void anEmptyFileIsNoError() throws IOException {
        Files.writeString(file, "");
        assertThat(Settings.resolve(null, null, null, Map.of(), home).output()).isEqualTo(Output.table);
    }

    @Test
    void aFileThatWasAskedForMustBeThere() {
        assertThatThrownBy(() -> Settings.resolve(null, null, home.resolve("none.yaml"), Map.of(), home))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("none.yaml");
    }
}
