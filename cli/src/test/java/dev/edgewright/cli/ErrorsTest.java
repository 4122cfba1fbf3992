package dev.edgewright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way to fail says what to do next and has its own exit code. */
class ErrorsTest {
    @Test
    void noControllerThere() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }

        CommandRun run = CommandRun.withoutServer("devices", "list", "--server", "127.0.0.1:" + free);

        assertThat(run.exit()).isEqualTo(3);
        assertThat(run.err()).contains("no controller answers", "edgewright controller", "--server");
    }

    @Test
    void theControllersProblemIsPassedOn() {
        try (FakeController controller = new FakeController()
                .on(
                        "GET",
                        "/devices",
                        400,
                        FakeController.problem(400, "QUERY_INVALID", "no field 'ramm'", "Did you mean ram_mb?"))) {
            CommandRun run = CommandRun.of(controller, "devices", "list", "-q", "device.ramm > 1");

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.err()).contains("no field 'ramm' (QUERY_INVALID)", "Did you mean ram_mb?");
        }
    }

    @Test
    void whatIsNotThereHasItsOwnExitCode() {
        try (FakeController controller = new FakeController()) {
            assertThat(CommandRun.of(controller, "devices", "show", "nobody").exit())
                    .isEqualTo(4);
        }
    }

    @Test
    void somethingElseAnswersOnThatPort() {
        try (FakeController controller = new FakeController().on("GET", "/models", 200, "{\"items\":[]}")) {
            controller.on("GET", "/devices/x", 500, "<html>");
            CommandRun run = CommandRun.of(controller, "devices", "show", "x");
            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.err()).contains("answered 500");
        }
    }

    @Test
    void wrongArgumentsShowRightOnes() {
        CommandRun run = CommandRun.withoutServer("rollouts", "create", "m", "--waves", "1,200%");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("1,200%", "1,25%,100%");
    }

    @Test
    void aMisspeltVerbGetsASuggestion() {
        CommandRun run = CommandRun.withoutServer("devcies");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("devices");
    }

    @Test
    void anAddressThatIsNone() {
        CommandRun run = CommandRun.withoutServer("devices", "list", "--server", "ftp://x");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("http://127.0.0.1:8080");
    }

    @Test
    void anUnknownKeyInTheConfigurationFile(@TempDir Path home) throws IOException {
        Path file = home.resolve(".config/edgewright/config.yaml");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "sever: http://somewhere\n");

        CommandRun run = CommandRun.of(Map.of(), home, "devices", "list");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("sever", "server, output");
    }

    @Test
    void aMissingFileIsNamedBeforeAnythingIsSent() {
        try (FakeController controller = new FakeController()) {
            CommandRun run = CommandRun.of(controller, "models", "import", "m", "/no/such.onnx");

            assertThat(run.exit()).isEqualTo(2);
            assertThat(run.err()).contains("/no/such.onnx");
            assertThat(controller.requests()).isEmpty();
        }
    }

    @Test
    void dataWithoutItsDescription(@TempDir Path folder) throws IOException {
        Path onnx = Files.write(folder.resolve("m.onnx"), new byte[1]);
        try (FakeController controller = new FakeController()
                .on(
                        "POST",
                        "/models/m",
                        409,
                        FakeController.problem(409, "VERSION_EXISTS", "version 1 has other bytes", ""))) {
            CommandRun run = CommandRun.of(controller, "models", "import", "m", onnx.toString(), "--version", "1");
            assertThat(run.err()).contains("version 1 has other bytes (VERSION_EXISTS)");
            assertThat(controller.violations()).isEmpty();
        }
    }
}
