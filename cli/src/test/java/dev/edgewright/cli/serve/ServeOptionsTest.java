package dev.edgewright.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.agent.AgentConfig;
import dev.edgewright.cli.CommandRun;
import dev.edgewright.cli.FakeController;
import dev.edgewright.common.config.ConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ServeOptionsTest {
    @Test
    void theAgentVerbHasAnOptionForEverySetting() {
        CommandLine agent = AgentCommand.line(null);

        for (String key : ConfigReader.of(AgentConfig.DEFAULTS).keys().keySet()) {
            assertThat(agent.getCommandSpec().findOption("--" + key))
                    .as("--" + key)
                    .isNotNull();
        }
    }

    @Test
    void whatIsGivenReachesTheAgentsConfiguration() {
        CommandLine agent = AgentCommand.line(null);
        var parsed = agent.parseArgs(
                "--id",
                "cam-1",
                "--threads=2",
                "--label",
                "a=b",
                "--label",
                "c=d",
                "--isa-mask",
                "avx512_vnni",
                "--telemetry-interval",
                "1s",
                "--until-stdin-closes");

        AgentConfig config = AgentConfig.parse(AgentCommand.given(parsed), Map.of());

        assertThat(config.id()).contains("cam-1");
        assertThat(config.threads()).isEqualTo(2);
        assertThat(config.labels()).isEqualTo(Map.of("a", "b", "c", "d"));
        assertThat(config.disableIsa()).isEqualTo(List.of("avx512_vnni"));
    }

    @Test
    void aWrongSettingIsAUsageError() {
        CommandRun run = CommandRun.withoutServer("agent", "--threads", "two");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("threads");
    }

    @Test
    void fetchesTheControllersKeys(@TempDir Path folder) throws IOException {
        try (FakeController controller = new FakeController().on("GET", "/info", 200, """
                        {"version":"0.1.0","brokerUrl":"tcp://127.0.0.1:1883","startedAt":"2026-11-24T11:00:00Z","trust":[
                        {"use":"fleet","keyId":"00112233445566ff","publicKey":"AA==","pem":"FLEET"},
                        {"use":"catalog","keyId":"ff00112233445566","publicKey":"AA==","pem":"CATALOG"}]}""")) {
            CommandRun run =
                    CommandRun.of(controller, "trust", folder.resolve("keys").toString());

            assertThat(run.exit()).as(run.err()).isZero();
            assertThat(Files.readString(folder.resolve("keys/fleet-00112233445566ff.pub")))
                    .isEqualTo("FLEET");
            assertThat(Files.readString(folder.resolve("keys/catalog-ff00112233445566.pub")))
                    .isEqualTo("CATALOG");
            assertThat(controller.violations()).isEmpty();
        }
    }
}
