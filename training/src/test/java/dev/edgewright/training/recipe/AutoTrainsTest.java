package dev.edgewright.training.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.Progress;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.pass.Allowance;
import dev.edgewright.compression.search.Constraints;
import dev.edgewright.training.trainer.ToyFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A search with a budget to train in: real trainings in child processes, a minute or more. */
@Tag("slow")
class AutoTrainsTest {

    @TempDir
    Path folder;

    @Test
    void whatIsLeftOfTheBudgetGoesToTrainingAndASecondRunTakesItOver() throws Exception {
        ToyFolder.write(folder);
        long begin = System.nanoTime();
        Compressor.Result first = search(Duration.ofMinutes(10));
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        List<String> trained = trained(first);
        assertThat(trained).as(String.join("\n", first.failures())).hasSizeGreaterThan(3);
        assertThat(first.candidates())
                .filteredOn(one -> trained.contains(one.name()))
                .allSatisfy(one -> assertThat(one.lineage()).anyMatch(line -> line.contains("taught by the original")));

        // What was measured is found again, so a tenth of the time is enough for the same candidates.
        assertThat(trained(search(took.dividedBy(2).plusSeconds(20)))).containsAll(trained);
    }

    private static List<String> trained(Compressor.Result result) {
        return result.candidates().stream()
                .filter(one -> one.recipe().matches(".*(fine-tune|distil|qat|prune-train).*"))
                .map(Candidate::name)
                .toList();
    }

    private Compressor.Result search(Duration budget) {
        CompressionSettings settings = CompressionSettings.defaults()
                .withLatency(Duration.ofMillis(50), 5)
                .withAllowance(new Allowance(1, 0));
        return new Compressor(settings)
                .search(
                        folder.resolve("model.onnx"),
                        DataSource.open(folder),
                        Constraints.defaults().withBudget(budget),
                        folder.resolve("out"),
                        Progress.NONE);
    }
}
