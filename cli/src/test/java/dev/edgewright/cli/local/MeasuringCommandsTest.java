package dev.edgewright.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgewright.cli.CommandRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code evaluate} and {@code explain} on the example's network and data. */
class MeasuringCommandsTest {

    private static final Path EXAMPLE =
            Path.of(System.getProperty("edgewright.root", "..")).resolve("examples/fashion-mnist");
    private static final String MODEL = EXAMPLE.resolve("model.onnx").toString();

    @Test
    void evaluateMeasuresAccuracyLatencyAndSize() {
        CommandRun run = CommandRun.withoutServer(
                "evaluate", MODEL, "--data", EXAMPLE.toString(), "--split", "calibration", "--threads", "1");
        assertThat(run.err()).isEmpty();
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .containsPattern("top1 9\\d\\.\\d+ % \\(.* to .*\\) on 512 samples")
                .contains("THREADS", "P50", "P95")
                .contains("MB");
    }

    @Test
    void evaluateWritesJsonForScripts() throws Exception {
        CommandRun run = CommandRun.withoutServer(
                "evaluate",
                MODEL,
                "--data",
                EXAMPLE.toString(),
                "--split",
                "calibration",
                "--against",
                MODEL,
                "--threads",
                "1",
                "--output",
                "json");
        JsonNode document = new ObjectMapper().readTree(run.out());
        assertThat(document.path("accuracy").path("samples").asInt()).isEqualTo(512);
        assertThat(document.path("flips").asInt(-1)).isZero();
        assertThat(document.path("latencies").get(0).path("p50Millis").asDouble())
                .isPositive();
        assertThat(document.path("latencies").get(0).path("speedUp").asDouble()).isPositive();
        assertThat(document.path("bytes").asLong())
                .isEqualTo(document.path("against").path("bytes").asLong())
                .isPositive();
    }

    @Test
    void wrongOptionsAreUsageErrors() {
        CommandRun threads =
                CommandRun.withoutServer("evaluate", MODEL, "--data", EXAMPLE.toString(), "--threads", "-1");
        assertThat(threads.exit()).isEqualTo(2);
        assertThat(threads.err()).contains("--threads");
        CommandRun split = CommandRun.withoutServer("evaluate", MODEL, "--data", EXAMPLE.toString(), "--split", "exam");
        assertThat(split.exit()).isEqualTo(2);
        assertThat(split.err()).contains("exam");
    }

    @Test
    void explainNamesEveryKernelWithItsArithmeticAndShare() {
        CommandRun run = CommandRun.withoutServer("explain", MODEL);
        assertThat(run.err()).isEmpty();
        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("KERNEL", "ARITHMETIC", "SHARE", "Conv", "FLOAT", "one run", "int8-static");
    }
}
