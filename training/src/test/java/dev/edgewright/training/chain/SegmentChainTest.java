package dev.edgewright.training.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.evaluation.Evaluator;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import dev.edgewright.training.child.TrainingJob;
import dev.edgewright.training.child.TrainingRun;
import dev.edgewright.training.trainer.TrainingListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real table through the whole chain: trained from scratch, pruned, distilled, trained through int8 rounding, run by ONNX Runtime. */
class SegmentChainTest {

    @TempDir
    Path folder;

    private Map<String, Object> run(String name, String job) throws Exception {
        Path yaml = folder.resolve(name + ".yaml");
        Files.writeString(yaml, job + "data: {source: .}\nthreads: 1\nmeasure: false\nresult: " + name + "\n");
        return TrainingRun.run(TrainingJob.read(yaml), TrainingListener.SILENT);
    }

    private static double accuracy(Map<String, Object> record) {
        return (double) record.get("testAccuracy");
    }

    @Test
    void theMlpOnSegmentKeepsItsAccuracyDownToASmallInt8File() throws Exception {
        SegmentData.write(folder);
        Map<String, Object> whole = run("whole", """
                architecture: mlp
                training: {epochs: 40, batch: 32, rate: 0.01, optimizer: adamw, schedule: one-cycle, decay: 0.001, seed: 7}
                """);
        Map<String, Object> small = run("small", """
                graph: whole/model.onnx
                teacher: whole/model.onnx
                steps:
                  - {do: prune, share: 0.5, rounds: 2, unit: 8, epochs: 10}
                  - {do: narrow, share: 0.75, unit: 8}
                  - {do: train, epochs: 20}
                  - {do: qat, epochs: 8, rate: 0.002}
                training: {epochs: 20, batch: 32, rate: 0.005, optimizer: adamw, schedule: one-cycle, decay: 0.0001, clipNorm: 1, seed: 7}
                """);

        // 810 test samples, read once for each network. Half the width of the 95 % interval at 0.95 is 1.5 points.
        assertThat(accuracy(whole)).isGreaterThan(0.93);
        double interval = (double) whole.get("testHalfWidth95") + (double) small.get("testHalfWidth95");
        assertThat(accuracy(small)).isCloseTo(accuracy(whole), within(interval));

        Path wholeFile = folder.resolve("whole/model.onnx");
        Path smallFile = folder.resolve("small/model.onnx");
        assertThat(Files.size(smallFile)).isLessThan(Files.size(wholeFile) * 6 / 10);
        List<?> steps = (List<?>) small.get("steps");
        long before = (long) ((Map<?, ?>) ((List<?>) whole.get("steps")).get(0)).get("macs");
        long after = (long) ((Map<?, ?>) steps.get(steps.size() - 1)).get("macs");
        assertThat(after).isLessThan(before * 45 / 100);
        assertThat(OnnxFile.read(smallFile).nodes("QuantizeLinear")).isNotEmpty();

        // The file itself, opened anew by ONNX Runtime and scored by compression, on the split that training watched.
        DataSource data = DataSource.open(folder);
        try (ModelSession session = ModelSession.open(smallFile, SessionSettings.single())) {
            AccuracyResult scored = new Evaluator(data.validation(), data.task(), 32)
                    .original(session)
                    .accuracy();
            double seen = (double) ((Map<?, ?>) steps.get(steps.size() - 1)).get("validationAccuracy");
            assertThat(scored.value()).isCloseTo(seen, within(1.0 / 300 + 1e-9));
            assertThat(scored.value()).isEqualTo((double) small.get("validationAccuracy"));
        }
    }
}
