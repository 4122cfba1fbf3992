package dev.edgewright.training.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.trainer.ToyFolder;
import dev.edgewright.training.trainer.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong in a job's file, said before anything trains. */
class TrainingJobTest {

    @TempDir
    Path folder;

    private TrainingJob job(String yaml) throws IOException {
        Path file = folder.resolve("job.yaml");
        Files.writeString(file, yaml);
        return TrainingJob.read(file);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "graph: a.onnx | {images: a, labels: b, deviation: -1, validation: 5} | line 2: data: deviation, of the pixels",
                "graph: a.onnx | {images: a, labels: b, testImages: c, validation: 5} | testLabels",
                "teacher: a.onnx | {source: .} | either architecture or graph",
                "graph: a.onnx | {sauce: .} | sauce is no key"
            })
    void dataAndGraphThatDoNotGoTogetherAreRefused(String graph, String data, String said) {
        TrainingException error = catchThrowableOfType(
                TrainingException.class,
                () -> job(graph + "\ndata: " + data + "\ntraining: {epochs: 1, batch: 5, rate: 0.1}\nresult: out\n"));
        assertThat(error.code()).isEqualTo(Code.SETTINGS_INVALID);
        assertThat(error).hasMessageContaining(said);
    }

    @Test
    void pixelsThatNobodyNormalisesStayAsTheyAre() throws IOException {
        TrainingJob job = job("graph: a.onnx\ndata: {images: a, labels: b, validation: 5}\n"
                + "training: {epochs: 1, batch: 5, rate: 0.1}\nresult: out\n");
        assertThat(job.data().deviation()).isEqualTo(1);
        assertThat(job.data().mean()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{epochs: 0, batch: 5, rate: 0.1} | epochs 0",
                "{epochs: 1, batch: 5, rate: 0.1, schedule: never} | schedule never is unknown",
                "{epochs: 1, batch: 5, rate: 0.1, optimizer: lamb} | optimizer lamb is unknown",
                "{epochs: 1, batch: 5, rate: 0.1, warmUp: -1} | warmUp -1",
                "{epochs: 1, batch: 5, rate: 0.1, labelSmoothing: 1} | labelSmoothing 1.0"
            })
    void settingsThatCannotTrainAreRefusedByName(String training, String said) throws IOException {
        ToyFolder.write(folder);
        TrainingJob job =
                job("graph: model.onnx\ndata: {source: .}\ntraining: " + training + "\nthreads: 1\nresult: out\n");
        TrainingException error =
                catchThrowableOfType(TrainingException.class, () -> TrainingRun.run(job, TrainingListener.SILENT));
        assertThat(error.code()).isEqualTo(Code.SETTINGS_INVALID);
        assertThat(error).hasMessageContaining(said);
        assertThat(folder.resolve("out/checkpoint")).doesNotExist();
    }
}
