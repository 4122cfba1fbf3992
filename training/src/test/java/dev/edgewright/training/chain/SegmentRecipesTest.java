package dev.edgewright.training.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.Progress;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.evaluation.Evaluator;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import dev.edgewright.training.child.TrainingJob;
import dev.edgewright.training.child.TrainingRun;
import dev.edgewright.training.trainer.TrainingListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small network trained here on a real table, through the named recipes that need no training. */
class SegmentRecipesTest {

    /** The most points that each may lose on the 810 test samples; half the 95 % interval is 1.5 points. */
    private static final Map<String, Double> ALLOWED = new TreeMap<>(Map.of(
            "fp32", 0.0,
            "int8-static", 0.01,
            "int8-static-avx2", 0.01,
            "int8-dynamic", 0.015,
            "weight-only-int8", 0.005,
            "fp16-storage", 0.002,
            "prune-30", 0.03,
            "prune-int8", 0.03,
            "low-rank", 0.03));

    @TempDir
    Path folder;

    @Test
    void everyNamedRecipeKeepsTheMlpOnSegmentWithinItsBounds() throws Exception {
        SegmentData.write(folder);
        Path job = folder.resolve("job.yaml");
        Files.writeString(job, """
                architecture: mlp
                training: {epochs: 40, batch: 32, rate: 0.01, optimizer: adamw, schedule: one-cycle, decay: 0.001, seed: 7}
                data: {source: .}
                threads: 1
                measure: false
                result: whole
                """);
        TrainingRun.run(TrainingJob.read(job), TrainingListener.SILENT);
        Path model = folder.resolve("whole/model.onnx");
        DataSource data = DataSource.open(folder);
        Evaluator evaluator = new Evaluator(data.test(), data.task(), 32);
        Compressor compressor = new Compressor(CompressionSettings.defaults().withLatency(Duration.ofMillis(20), 5));
        Map<String, String> scores = new TreeMap<>();
        Map<String, Double> lost = new TreeMap<>();
        try (ModelSession whole = ModelSession.open(model, SessionSettings.single())) {
            Evaluator.Original original = evaluator.original(whole);
            scores.put("original", original.accuracy().text(original.accuracy().value()));
            for (String recipe : ALLOWED.keySet()) {
                Candidate candidate = compressor
                        .compress(model, data, Recipe.named(recipe), folder.resolve("out"), Progress.NONE)
                        .candidates()
                        .get(0);
                try (ModelSession session = ModelSession.open(candidate.file(), SessionSettings.single())) {
                    AccuracyResult result = evaluator.evaluate(session, original.reference());
                    lost.put(recipe, result.lossAgainst(original.accuracy()));
                    scores.put(
                            recipe,
                            result.text(result.value()) + ", " + result.flips() + " flips, " + candidate.bytes()
                                    + " B");
                }
            }
        }
        System.out.println("segment: " + scores);
        assertThat(lost)
                .allSatisfy(
                        (recipe, loss) -> assertThat(loss).as(recipe).isLessThanOrEqualTo(ALLOWED.get(recipe) + 1e-9));
        assertThat(Files.size(folder.resolve("out/int8-static.onnx"))).isLessThan(Files.size(model));
    }
}
