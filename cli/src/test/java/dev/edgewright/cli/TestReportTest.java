package dev.edgewright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that says at the end of a build what was tested and what was left out. */
class TestReportTest {
    private static final Path PROGRAM = Path.of(System.getProperty("edgewright.root"), "build", "TestReport.java");

    @TempDir
    Path root;

    @BeforeEach
    void reports() throws IOException {
        write("agent/target/surefire-reports/TEST-a.xml", """
                <testsuite><testcase name="works" classname="x.AgentTest"/>
                <testcase name="breaks" classname="x.AgentTest"><failure message="no"/></testcase></testsuite>""");
        write("cli/target/failsafe-reports/TEST-b.xml", """
                <testsuite><testcase name="scrapes" classname="x.PanelsIT"><skipped
                message="Assumption failed: needs prometheus: panels return data"/></testcase></testsuite>""");
    }

    @Test
    void countsAndNamesWhatFailedAndWhatWasLeftOut() throws Exception {
        assertThat(run())
                .contains("Tests: 3 run, 1 passed, 1 failed, 0 errors, 1 left out")
                .contains("AgentTest.breaks")
                .contains("needs prometheus: panels return data")
                .contains("PanelsIT.scrapes");
    }

    @Test
    void reportsOfAnEarlierRunDoNotCount() throws Exception {
        assertThat(run("2999-01-01T00:00:00Z")).contains("Tests: 0 run");
    }

    private String run(String... more) throws IOException, InterruptedException {
        var command = new java.util.ArrayList<>(java.util.List.of(
                ProcessHandle.current().info().command().orElse("java"), PROGRAM.toString(), root.toString()));
        command.addAll(java.util.List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private void write(String file, String content) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }
}
