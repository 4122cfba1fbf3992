package dev.edgewright.training.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.Progress;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.pass.Allowance;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.recipe.Technique;
import dev.edgewright.training.trainer.ToyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training as steps of recipes: in a child process, on the data's split train, taught by the original. */
class TrainingRecipesTest {

    private static final CompressionSettings SETTINGS =
            CompressionSettings.defaults().withLatency(Duration.ofMillis(50), 5).withAllowance(new Allowance(1, 0));

    @TempDir
    Path folder;

    @BeforeEach
    void writeDataAndModel() throws IOException {
        ToyFolder.write(folder);
    }

    private Compressor.Result compress(String steps, Progress progress) {
        Recipe recipe = Recipe.parse("name: small\nsteps: " + steps);
        return new Compressor(SETTINGS)
                .compress(
                        folder.resolve("model.onnx"), DataSource.open(folder), recipe, folder.resolve("out"), progress);
    }

    @Test
    void everyNamedRecipeIsMadeOfStepsThatThereAre() {
        List<String> training = Recipe.names().stream()
                .filter(name -> Recipe.named(name).trains())
                .toList();
        assertThat(training)
                .containsExactly(
                        "qat-int8",
                        "qat-4bit",
                        "prune-train-int8",
                        "low-rank-train-int8",
                        "distil-int8",
                        "prune-distil-int8");
        training.forEach(name -> assertThat(Recipe.named(name).passes()).isNotEmpty());
        assertThat(Recipe.techniques().values().stream().filter(Technique::trains))
                .hasSize(5);
    }

    @Test
    void prunedThenTrainedThenQuantised() throws IOException {
        List<String> stages = new ArrayList<>();
        Candidate made = compress(
                        "[prune: {macs: 0.6, block: 2}, fine-tune: {epochs: 3, batch: 30}, int8-static]",
                        (stage, candidate, fraction) -> stages.add(stage))
                .candidates()
                .get(0);
        assertThat(made.accuracy().orElseThrow().value()).isGreaterThan(0.85);
        assertThat(OnnxFile.read(made.file()).nodes("QuantizeLinear")).isNotEmpty();
        assertThat(OnnxFile.read(made.file()).nodes("BatchNormalization")).isEmpty();
        assertThat(String.join("\n", made.lineage()))
                .contains("prune:")
                .contains("fine-tune: train best of 3 epochs")
                .contains("int8-static");
        assertThat(stages).anyMatch(stage -> stage.startsWith("train: epoch 2 of 3, validation "));
        try (Stream<Path> left = Files.list(folder.resolve("out"))) {
            assertThat(left.filter(file -> file.toString().endsWith(".work"))).isEmpty();
        }
    }

    @Test
    void aStudentIsTaughtAndTrainedThroughItsRounding() {
        Candidate made = compress(
                        "[distil: {width: 0.7, block: 2, epochs: 4, batch: 30}, qat: {epochs: 1, batch: 30}]",
                        Progress.NONE)
                .candidates()
                .get(0);
        assertThat(made.accuracy().orElseThrow().value()).isGreaterThan(0.85);
        assertThat(OnnxFile.read(made.file()).nodes("QuantizeLinear")).isNotEmpty();
        assertThat(made.bytes())
                .isLessThan(folder.resolve("model.onnx").toFile().length());
    }

    @Test
    void aStoppedTrainingGoesOnFromItsCheckpoint() {
        String steps = "[fine-tune: {epochs: 6, batch: 30}]";
        Progress stopping = new Progress() {
            private volatile boolean stop;

            @Override
            public void update(String stage, String candidate, double fraction) {
                stop |= stage.startsWith("train: epoch 2 of 6");
            }

            @Override
            public boolean cancelled() {
                return stop;
            }
        };
        CompressionException error = catchThrowableOfType(CompressionException.class, () -> compress(steps, stopping));
        assertThat(error.code()).isEqualTo(CompressionException.Code.CANCELLED);
        List<String> stages = new ArrayList<>();
        compress(steps, (stage, candidate, fraction) -> stages.add(stage));
        assertThat(stages)
                .as("the epochs before the stop are not trained again")
                .noneMatch(stage -> stage.startsWith("train: epoch 1 of 6"))
                .anyMatch(stage -> stage.startsWith("train: epoch 6 of 6"));
    }

    @Test
    void dataWithoutATrainingSplitIsRefusedBeforeAnythingIsTrained() throws IOException {
        Path yaml = folder.resolve("data.yaml");
        Files.writeString(yaml, Files.readString(yaml).replaceAll("train: \\d+\\.\\.\\d+, ", ""));
        CompressionException error =
                catchThrowableOfType(CompressionException.class, () -> compress("[fine-tune]", Progress.NONE));
        assertThat(error.code()).isEqualTo(CompressionException.Code.DATA_REQUIRED);
        assertThat(error).hasMessageContaining("split 'train'");
    }

    @Test
    void parametersThatAreNotKnownAreNamed() {
        CompressionException error =
                catchThrowableOfType(CompressionException.class, () -> Recipe.parse("steps: [fine-tune: {epoch: 3}]"));
        assertThat(error.code()).isEqualTo(CompressionException.Code.RECIPE_INVALID);
        assertThat(error).hasMessageContaining("[epoch]").hasMessageContaining("epochs");
    }

    @Test
    void trainingAfterQuantisingIsRefused() {
        CompressionException error = catchThrowableOfType(
                CompressionException.class, () -> compress("[int8-static, fine-tune]", Progress.NONE));
        assertThat(error.code()).isEqualTo(CompressionException.Code.ALREADY_QUANTIZED);
        assertThat(error).hasMessageContaining("fine-tune");
    }

    @Test
    void aTrainingThatDivergesIsAFailureOfItsStepWithTheReason() {
        CompressionException error = catchThrowableOfType(
                CompressionException.class,
                () -> compress(
                        "[fine-tune: {epochs: 2, batch: 30, rate: 1.0e+30, optimizer: sgd, clip: 0}]", Progress.NONE));
        assertThat(error.code()).isEqualTo(CompressionException.Code.TRAINING_FAILED);
        assertThat(error).hasMessageContaining("DIVERGED").hasMessageContaining("learning rate");
    }
}
