package dev.edgewright.training.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.data.ArraySamples;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.optimizer.AdamW;
import dev.edgewright.training.tensor.PyTorchBackend;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.Objective;
import dev.edgewright.training.trainer.Ort;
import dev.edgewright.training.trainer.Trainer;
import dev.edgewright.training.trainer.TrainingResult;
import dev.edgewright.training.trainer.TrainingSettings;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchitecturesTest {

    /** Two classes that differ in their mean. */
    private static Samples samples(int count, long... shape) {
        Random random = new Random(count);
        int elements = 1;
        for (long length : shape) {
            elements *= (int) length;
        }
        float[] values = new float[count * elements];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % 2;
            for (int k = 0; k < elements; k++) {
                values[i * elements + k] = (float) random.nextGaussian() + (labels[i] == 0 ? -0.7f : 0.7f);
            }
        }
        return new ArraySamples(values, labels, shape);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lenet", "resnet8", "resnet10-half", "ds-cnn", "mobilenet", "encoder", "mlp"})
    void everyArchitectureTrainsAndRunsInOnnxRuntime(String name) {
        long[] shape = switch (name) {
            case "encoder" -> new long[] {6, 5};
            case "mlp" -> new long[] {8};
            default -> new long[] {1, 16, 16};
        };
        Graph graph = Architectures.byName(name, shape, 2, 3);
        try (TensorBackend backend = new PyTorchBackend()) {
            TrainingResult result = new Trainer(
                            backend, TrainingSettings.of(3, 8, 0.003, 1).withClipNorm(1))
                    .train(
                            graph,
                            samples(64, shape),
                            samples(50, shape),
                            "logits",
                            Objective.classification("logits"),
                            AdamW.withDecay(0));
            assertThat(result.validationAccuracy()).isGreaterThan(0.85);
            assertThat(Ort.correct(result.graph(), samples(50, shape)))
                    .isEqualTo((int) Math.round(result.validationAccuracy() * 50));
        }
    }

    @Test
    void anUnknownNameIsAnsweredWithTheKnownOnes() {
        TrainingException error = catchThrowableOfType(
                TrainingException.class, () -> Architectures.byName("vgg", new long[] {1, 8, 8}, 2, 1));
        assertThat(error.code()).isEqualTo(TrainingException.Code.SETTINGS_INVALID);
        assertThat(error).hasMessageContaining("resnet20");
    }
}
