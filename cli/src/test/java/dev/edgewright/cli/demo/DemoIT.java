package dev.edgewright.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a newcomer runs it: a process of its own, with a controller and three agents in theirs. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class DemoIT {
    @TempDir
    Path folder;

    private Process demo;

    @AfterEach
    void end() {
        demo.destroyForcibly();
        left().forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void everyDeviceEndsOnACommittedVariantWithRightAnswersAndNothingIsLeft() throws Exception {
        start("demo", "--for", "30s", "--watch", "2s");

        assertThat(demo.waitFor(18, TimeUnit.MINUTES)).isTrue();

        String output = output();
        assertThat(demo.exitValue()).as(output).isZero();
        assertThat(output)
                .contains("from import to the last device committed")
                .contains("ok   gateway-vnni", "ok   pi-like", "ok   battery-board")
                .contains("fp32", "int8-static")
                .doesNotContain("FAIL");
        assertThat(left()).isEmpty();
        assertThat(workspaces()).isEmpty();
    }

    @Test
    void endedHalfwayItLeavesNothing() throws Exception {
        start("demo");
        Awaitility.await().atMost(Duration.ofMinutes(12)).until(() -> output().contains("Each device measures itself"));

        demo.destroy();

        assertThat(demo.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(left()).isEmpty();
        assertThat(workspaces()).isEmpty();
    }

    @Test
    void killedItLeavesNoProcess() throws Exception {
        start("demo");
        Awaitility.await().atMost(Duration.ofMinutes(12)).until(() -> output().contains("Each device measures itself"));

        demo.destroyForcibly();

        Awaitility.await().atMost(Duration.ofMinutes(5)).until(() -> left().isEmpty());
    }

    private void start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Djava.io.tmpdir=" + folder,
                "-Dedgewright.home=" + System.getProperty("edgewright.root"),
                "dev.edgewright.cli.Main"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        demo = builder.start();
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output"));
    }

    /** Processes of the demo: their data lies under this test's folder. */
    private List<ProcessHandle> left() {
        return ProcessHandle.allProcesses()
                .filter(p -> p.info().arguments().stream()
                        .flatMap(Stream::of)
                        .anyMatch(a -> a.startsWith(folder + "/edgewright-demo-")))
                .toList();
    }

    private List<Path> workspaces() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().startsWith("edgewright-demo-"))
                    .toList();
        }
    }
}
