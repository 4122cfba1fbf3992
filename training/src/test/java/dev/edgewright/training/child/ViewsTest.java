package dev.edgewright.training.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.trainer.ToyFolder;
import dev.edgewright.training.trainer.Toys;
import dev.edgewright.training.trainer.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How often a teacher is asked, and what cannot be shown. */
class ViewsTest {

    @TempDir
    Path folder;

    private TrainingJob job(String augment, double mixup) throws IOException {
        Path yaml = folder.resolve("job.yaml");
        Files.writeString(yaml, """
                graph: student.onnx
                teacher: model.onnx
                data: {source: .}
                training: {epochs: 2, batch: 50, rate: 0.01, schedule: constant, momentum: 0.9, mixup: %s, seed: 3}
                augment: %s
                threads: 1
                measure: false
                result: out
                """.formatted(mixup, augment));
        return TrainingJob.read(yaml);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                     | 0   | true",
                "{}                   | 0   | true",
                "{flip: 0}            | 0   | true",
                "{flip: 1, views: 4}  | 0   | true",
                "{flip: 1}            | 0   | false",
                "{shift: 2, views: 0} | 0   | false",
                "{flip: 1, views: 4}  | 0.2 | false",
                "{}                   | 0.2 | false"
            })
    void answersHoldOnlyWhereSamplesComeAgain(String augment, double mixup, boolean again) throws IOException {
        assertThat(Views.comeAgain(job(augment == null ? "" : augment, mixup))).isEqualTo(again);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{shift: -1}         | shift",
                "{flip: 1, views: -3} | views",
                "{flip: }            | flip",
                "{spin: 3}           | spin"
            })
    void aChangeThatCannotBeIsRefusedByName(String augment, String named) throws IOException {
        ToyFolder.write(folder);
        OnnxFile.write(Toys.cnn(5), folder.resolve("student.onnx"));
        TrainingJob job = job(augment, 0);
        TrainingException error =
                catchThrowableOfType(TrainingException.class, () -> TrainingRun.run(job, TrainingListener.SILENT));
        assertThat(error.code()).isEqualTo(Code.SETTINGS_INVALID);
        assertThat(error).hasMessageContaining("augment " + named);
    }
}
