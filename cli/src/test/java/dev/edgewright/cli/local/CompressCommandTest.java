package dev.edgewright.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.cli.CommandRun;
import dev.edgewright.cli.output.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is typed behind {@code compress} is checked before a model is opened. */
class CompressCommandTest {

    @TempDir
    Path folder;

    @Test
    void timesAndSizesAreReadAsPeopleWriteThem() {
        assertThat(Amounts.duration("90s")).isEqualTo(Duration.ofSeconds(90));
        assertThat(Amounts.duration("1h30m")).isEqualTo(Duration.ofMinutes(90));
        assertThat(Amounts.bytes("300kB")).isEqualTo(300_000);
        assertThat(Amounts.bytes("1.5 MiB")).isEqualTo(1_572_864);
        assertThat(Amounts.bytes("7")).isEqualTo(7);
        assertThatThrownBy(() -> Amounts.duration("ten")).hasMessageContaining("90s");
        assertThatThrownBy(() -> Amounts.duration("-5s")).hasMessageContaining("90s");
        assertThatThrownBy(() -> Amounts.bytes("5 parsecs")).hasMessageContaining("300kB");
    }

    @ParameterizedTest
    @CsvSource({"--budget,soon,soon", "--max-size,big,big", "--max-drop,-1,negative", "--target,sse9,avx2"})
    void badConstraintsAreUsageErrors(String option, String value, String word) {
        CommandRun run = CommandRun.withoutServer("compress", "none.onnx", "--recipe", "auto", option + "=" + value);
        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains(word);
    }

    @Test
    void recipesComeFromFilesToo() throws IOException {
        Path recipe = folder.resolve("mine.yaml");
        Files.writeString(recipe, "{name: mine, steps: [{frobnicate: {}}]}");
        CommandRun unknown = CommandRun.withoutServer("compress", "none.onnx", "--recipe", recipe.toString());
        assertThat(unknown.exit()).isEqualTo(1);
        assertThat(unknown.err()).contains("frobnicate", "int8-static");
        CommandRun missing = CommandRun.withoutServer("compress", "none.onnx", "--recipe", folder + "/none.yaml");
        assertThat(missing.exit()).isEqualTo(2);
        assertThat(missing.err()).contains("none.yaml");
    }

    @Test
    void theLineTellsTheTimeThatIsLeft() {
        StringWriter sink = new StringWriter();
        Terminal plain = new Terminal(new PrintWriter(sink), new PrintWriter(sink), false, false, 80);
        CompressProgress search = new CompressProgress(plain, true, Duration.ofMinutes(10));
        assertThat(search.line("evaluate", "int8-static", 0.3, Duration.ofMinutes(3)))
                .contains("int8-static: evaluate, at most 7m0s left");
        assertThat(search.line("done", "auto", 1, Duration.ofMinutes(11))).doesNotContain("left");
        CompressProgress one = new CompressProgress(plain, false, Duration.ZERO);
        assertThat(one.line("evaluate", "int8-static", 0.5, Duration.ofSeconds(8)))
                .contains("about 8s left");
        assertThat(one.line("read", "int8-static", 0.01, Duration.ofSeconds(1))).doesNotContain("left");
    }
}
