package dev.edgewright.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgewright.cli.demo.ImageDriver.Score;
import dev.edgewright.cli.remote.CliFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DemoPartsTest {
    private static final Path EXAMPLE = Path.of(System.getProperty("edgewright.root"), "examples", "fashion-mnist");

    @ParameterizedTest
    @CsvSource({"60s,60", "2m,120", "1m30s,90", "1h,3600"})
    void readsTimes(String text, long seconds) {
        assertThat(DemoCommand.duration("--for", text)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"60", "soon", "-5s", "0s", ""})
    void refusesWhatIsNoTime(String text) {
        assertThatThrownBy(() -> DemoCommand.duration("--for", text)).isInstanceOf(CliFailure.class);
    }

    @Test
    void readsTheExamplesTestImages() {
        TestImages images = TestImages.read(EXAMPLE, 100);

        assertThat(images.size()).isEqualTo(100);
        assertThat(images.shape()).containsExactly(1, 1, 28, 28);
        assertThat(images.input()).isEqualTo("image");
        assertThat(images.output()).isEqualTo("logits");
        assertThat(images.samples()).allSatisfy(s -> assertThat(s).hasSize(4 * 28 * 28));
        assertThat(images.labels()[0])
                .as("the test set begins with an ankle boot")
                .isEqualTo(9);
    }

    @Test
    void aCommittedDeviceWithRightAnswersIsWell() throws IOException {
        assertThat(Verdict.wrong(assignment("COMMITTED"), new Score(100, 93, 0, ""), 0.85))
                .isEmpty();
    }

    @Test
    void everyReasonToFailIsNamed() throws IOException {
        assertThat(Verdict.wrong(assignment("ROLLED_BACK"), new Score(100, 50, 2, "answered 500"), 0.85))
                .hasSize(3)
                .anySatisfy(w -> assertThat(w).contains("ROLLED_BACK"))
                .anySatisfy(w -> assertThat(w).contains("answered 500"))
                .anySatisfy(w -> assertThat(w).contains("50.00 %"));
        assertThat(Verdict.wrong(assignment("COMMITTED"), new Score(3, 3, 0, ""), 0.85))
                .singleElement()
                .asString()
                .contains("only 3 images");
    }

    @Test
    void aWorkspaceEndsItsProcessesAndLeavesNothing() {
        Workspace workspace = Workspace.create(false);
        Process process = workspace.start("agent", List.of(), List.of("agent", "--help"));
        Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> !process.isAlive());
        assertThat(workspace.lastWords("agent", 50)).contains("Run an agent");

        workspace.close();
        workspace.close();

        assertThat(Files.exists(workspace.folder())).isFalse();
    }

    private static JsonNode assignment(String state) throws IOException {
        return new ObjectMapper().readTree("{\"state\":\"" + state + "\"}");
    }
}
