package dev.edgewright.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code edgewright train} as someone types it. */
class TrainCommandTest {

    @TempDir
    Path folder;

    private String job(String text) throws IOException {
        return Files.writeString(folder.resolve("job.yaml"), text).toString();
    }

    private void table() throws IOException {
        Random random = new Random(3);
        StringBuilder csv = new StringBuilder("a,b,kind\n");
        for (int i = 0; i < 200; i++) {
            double a = random.nextDouble() - 0.5;
            double b = random.nextDouble() - 0.5;
            csv.append(a)
                    .append(',')
                    .append(b)
                    .append(',')
                    .append(a + b > 0 ? "high" : "low")
                    .append('\n');
        }
        Files.writeString(folder.resolve("table.csv"), csv);
        Files.writeString(folder.resolve("data.yaml"), """
                inputs: {x: {csv: table.csv, columns: [a, b]}}
                labels: {csv: table.csv, column: kind}
                splits: {train: 0..140, validation: 140..170, test: 170..200}
                """);
    }

    @Test
    void trainsIntoAFolderAndSaysWhatCameOfIt() throws IOException {
        table();
        String job = job("""
                architecture: mlp
                data: {source: .}
                training: {epochs: 6, batch: 20, rate: 0.01, optimizer: adamw, seed: 1}
                threads: 1
                result: out
                """);
        CommandRun run = CommandRun.withoutServer("train", job);
        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("epoch 6/6")
                .contains("model.onnx")
                .contains("test: ")
                .contains("on 30 samples")
                .contains("report.html");
        assertThat(folder.resolve("out/model.onnx")).isNotEmptyFile();
        assertThat(folder.resolve("out/report.html")).isNotEmptyFile();

        // With another first sample it is no longer the data that the checkpoint was trained on.
        List<String> rows = new ArrayList<>(Files.readAllLines(folder.resolve("table.csv")));
        rows.set(1, "0.25,0.25,high");
        Files.write(folder.resolve("table.csv"), rows);
        CommandRun changed = CommandRun.withoutServer("train", job);
        assertThat(changed.exit()).isEqualTo(1);
        assertThat(changed.err()).contains("DATA_CHANGED").contains("another result folder");
    }

    @Test
    void aJobThatIsNotThereAndOneThatIsWrongAreUsageErrorsWithANextStep() throws IOException {
        CommandRun missing =
                CommandRun.withoutServer("train", folder.resolve("none.yaml").toString());
        assertThat(missing.exit()).isEqualTo(2);
        assertThat(missing.err()).contains("none.yaml").contains("train --help");
        CommandRun wrong = CommandRun.withoutServer("train", job("architecture: mlp\ndatta: {}\n"));
        assertThat(wrong.exit()).isEqualTo(2);
        assertThat(wrong.err()).contains("datta").contains("data");
        CommandRun both = CommandRun.withoutServer(
                "train",
                job("architecture: mlp\ngraph: a.onnx\ndata: {source: .}\ntraining: {epochs: 1}\nresult: out\n"));
        assertThat(both.exit()).isEqualTo(2);
        assertThat(both.err()).contains("either architecture or graph");
    }

    @Test
    void dataThatIsNotThereIsAFailureThatNamesIt() throws IOException {
        CommandRun run = CommandRun.withoutServer(
                "train",
                job(
                        "architecture: mlp\ndata: {source: nowhere}\ntraining: {epochs: 1, batch: 10, rate: 0.1}\nresult: out\n"));
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("nowhere").contains("DATA_INVALID").contains("docs/training.md");
    }

    @Test
    void theHelpTeaches() {
        CommandRun run = CommandRun.withoutServer("train", "--help");
        assertThat(run.out()).contains("graph: model.onnx", "steps:", "do: qat", "Ctrl-C", "--memory-mb", "--threads");
    }
}
