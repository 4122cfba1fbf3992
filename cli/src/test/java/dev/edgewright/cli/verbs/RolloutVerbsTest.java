package dev.edgewright.cli.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.CommandRun;
import dev.edgewright.cli.FakeController;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RolloutVerbsTest {
    private final FakeController controller = new FakeController();

    @AfterEach
    void requestsAndAnswersAreThoseOfTheOpenApiDocument() {
        controller.close();
        assertThat(controller.violations()).isEmpty();
    }

    @Test
    void createsARolloutWithWavesAndLimits() {
        controller.on("POST", "/rollouts", 201, Documents.rollout("RUNNING", 0, 0));

        CommandRun run = CommandRun.of(
                controller,
                "rollouts",
                "create",
                "fashion",
                "--waves",
                "1,25%,100%!",
                "--max-failures",
                "0.1",
                "--max-p95-ms",
                "20",
                "--max-memory-mb",
                "64",
                "--watch-seconds",
                "30");

        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("edgewright rollouts watch r-1");
        JsonNode sent = controller.last().json();
        assertThat(sent.path("waves").toString())
                .isEqualTo("[{\"count\":1},{\"percent\":25.0},{\"percent\":100.0,\"approval\":true}]");
        assertThat(sent.path("limits").path("maxMemoryBytes").asLong()).isEqualTo(64_000_000);
        assertThat(sent.path("maxFailureRatio").asDouble()).isEqualTo(0.1);
    }

    @Test
    void aFileHoldsWhatOptionsDoNotAndOptionsGoBeforeIt(@TempDir Path folder) throws IOException {
        controller.on("POST", "/rollouts", 201, Documents.rollout("RUNNING", 0, 0));
        Path file = Files.writeString(
                folder.resolve("nightly.yaml"),
                "variant: fp32\nwindow: {from: '22:00', to: '04:00'}\ngates: {maxEnergyRatio: 1.1}\n");

        CommandRun.of(
                controller,
                "rollouts",
                "create",
                "fashion",
                "-f",
                file.toString(),
                "--variant",
                "auto",
                "--max-slowdown",
                "1.2",
                "--revert-on-breach");

        JsonNode sent = controller.last().json();
        assertThat(sent.path("variant").asText()).isEqualTo("auto");
        assertThat(sent.path("window").path("from").asText()).isEqualTo("22:00");
        assertThat(sent.path("gates").toString())
                .isEqualTo("{\"maxEnergyRatio\":1.1,\"maxSlowdown\":1.2,\"onBreach\":\"REVERT\"}");
    }

    @Test
    void approvesAWave() {
        controller.on("POST", "/rollouts/r-1/approve", 200, Documents.rollout("RUNNING", 1, 0));

        assertThat(CommandRun.of(controller, "rollouts", "approve", "r-1").out())
                .contains("RUNNING");
    }

    @Test
    void watchesARolloutToItsEnd() {
        controller.on(
                "GET", "/rollouts/r-1", 200, Documents.rollout("RUNNING", 1, 0), Documents.rollout("SUCCEEDED", 3, 0));

        CommandRun run = CommandRun.of(controller, "rollouts", "watch", "r-1");

        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("1 of 3 committed", "3 of 3 committed", "SUCCEEDED");
    }

    @Test
    void aHaltedRolloutExitsWithOne() {
        controller.on("GET", "/rollouts/r-1", 200, Documents.rollout("HALTED", 1, 2));

        CommandRun run = CommandRun.of(controller, "rollouts", "watch", "r-1");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("rollouts resume r-1", "--revert");
    }

    @Test
    void showsWavesDevicesAndDecisions() {
        controller.on("GET", "/rollouts/r-1", 200, Documents.rollout("RUNNING", 1, 1));

        assertThat(CommandRun.of(controller, "rollouts", "show", "r-1").out())
                .contains("DISK_FULL", "[#####.....]", "controller  1 of 1 committed");
    }

    @Test
    void saysHowLongADeviceHasBeenSilentAndWhenThatCounts() {
        String awaited = "\"state\":\"OFFERED\",\"since\":\"%s\",\"failsAt\":\"%s\""
                .formatted(CommandRun.NOW.minusSeconds(100), CommandRun.NOW.plusSeconds(500));
        controller.on(
                "GET",
                "/rollouts/r-1",
                200,
                Documents.rollout("RUNNING", 1, 0).replace("\"state\":\"FETCHING\"", awaited));

        assertThat(CommandRun.of(controller, "rollouts", "show", "r-1").out())
                .contains("OFFERED for 1m40s, counts as failed in 8m20s");
    }

    @Test
    void ofManyDevicesShowsSomeUnlessAllAreAskedFor() {
        controller.on(
                "GET",
                "/rollouts/r-1",
                200,
                Documents.rollout("RUNNING", 1, 1).replace("\"total\":3", "\"total\":5000"));

        assertThat(CommandRun.of(controller, "rollouts", "show", "r-1").out())
                .contains("and 4997 more devices: edgewright rollouts show r-1 --all");
        assertThat(controller.last().query()).containsOnlyKeys("devices");
        CommandRun.of(controller, "rollouts", "show", "r-1", "--all");
        assertThat(controller.last().query()).isEmpty();
    }

    @Test
    void pausesResumesAndAborts() {
        controller
                .on("POST", "/rollouts/r-1/pause", 200, Documents.rollout("PAUSED", 1, 0))
                .on("POST", "/rollouts/r-1/resume", 200, Documents.rollout("RUNNING", 1, 0))
                .on("POST", "/rollouts/r-1/abort", 200, Documents.rollout("ABORTED", 1, 0));

        assertThat(CommandRun.of(controller, "rollouts", "pause", "r-1").out()).contains("PAUSED");
        assertThat(CommandRun.of(controller, "rollouts", "resume", "r-1").out()).contains("RUNNING");
        assertThat(CommandRun.of(controller, "rollouts", "abort", "r-1", "--revert")
                        .out())
                .contains("ABORTED");
        assertThat(controller.last().json().path("revert").asBoolean()).isTrue();
    }
}
