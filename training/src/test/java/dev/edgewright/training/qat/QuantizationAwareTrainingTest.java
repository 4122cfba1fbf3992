package dev.edgewright.training.qat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.quantize.StaticInt8Options;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.optimizer.Sgd;
import dev.edgewright.training.tensor.PyTorchBackend;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.Objective;
import dev.edgewright.training.trainer.Ort;
import dev.edgewright.training.trainer.Toys;
import dev.edgewright.training.trainer.Trainer;
import dev.edgewright.training.trainer.TrainingSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class QuantizationAwareTrainingTest {

    private static TensorBackend backend;
    private static Graph trained;
    private static final Samples TRAINING = Toys.bars(300, 1);
    private static final Samples VALIDATION = Toys.bars(300, 2);

    @BeforeAll
    static void open() {
        backend = new PyTorchBackend();
        trained = new Trainer(backend, TrainingSettings.of(6, 30, 0.05, 3))
                .train(
                        Toys.cnn(5),
                        TRAINING,
                        VALIDATION,
                        "logits",
                        Objective.classification("logits"),
                        new Sgd(0.9, 5e-4))
                .graph();
    }

    @AfterAll
    static void close() {
        backend.close();
    }

    private static QuantizationAwareTraining.Outcome run(int bits, int epochs, double rate) {
        return QuantizationAwareTraining.run(
                new Trainer(backend, TrainingSettings.of(epochs, 30, rate, 4)),
                trained,
                TRAINING,
                VALIDATION,
                "logits",
                Objective.classification("logits"),
                new Sgd(0.9, 0),
                128,
                StaticInt8Options.defaults(),
                bits);
    }

    @Test
    void theFileDoesInOnnxRuntimeWhatTrainingSaw() {
        QuantizationAwareTraining.Outcome outcome = run(8, 2, 0.005);
        assertThat(Ort.correct(outcome.trained(), VALIDATION) / 300.0)
                .isCloseTo(outcome.result().validationAccuracy(), org.assertj.core.data.Offset.offset(1.01 / 300));
        assertThat(outcome.trained().nodes("QuantizeLinear"))
                .hasSameSizeAs(outcome.postTraining().nodes("QuantizeLinear"));
        assertThat(outcome.trained().toModel())
                .isNotEqualTo(outcome.postTraining().toModel());
    }

    @Test
    void logitsOfTheFileAreThoseOfTheTrainingGraph() {
        QuantizationAwareTraining.Outcome outcome = run(8, 1, 1e-9);
        float[][] file = Ort.logits(outcome.postTraining(), VALIDATION);
        float[][] back = Ort.logits(outcome.trained(), VALIDATION);
        // Trained with next to no rate, the file that comes out is the one that went in.
        int differing = 0;
        for (int i = 0; i < file.length; i++) {
            for (int c = 0; c < Toys.CLASSES; c++) {
                differing += Math.abs(file[i][c] - back[i][c]) > 0.05 ? 1 : 0;
            }
        }
        assertThat(differing).isLessThan(9);
    }

    @Test
    void channelsThatHaveVanishedKeepAPositiveScale() {
        float[] weights = trained.initializers().get("conv2.weight").toFloats();
        int each = weights.length / 10;
        for (int i = 0; i < each; i++) {
            weights[2 * each + i] *= 1e-7f;
        }
        Graph graph = trained.edit()
                .put(trained.initializers().get("conv2.weight").withFloats(weights))
                .build();
        QuantizationAwareTraining.Outcome outcome = QuantizationAwareTraining.run(
                new Trainer(backend, TrainingSettings.of(2, 30, 0.05, 4)),
                graph,
                TRAINING,
                VALIDATION,
                "logits",
                Objective.classification("logits"),
                new Sgd(0.9, 0),
                128,
                StaticInt8Options.defaults(),
                8);
        outcome.trained().initializers().forEach((name, tensor) -> {
            if (name.contains("_scale")) {
                for (float scale : tensor.toFloats()) {
                    assertThat(scale).as(name).isPositive().isFinite();
                }
            }
        });
        assertThat(Ort.correct(outcome.trained(), VALIDATION) / 300.0)
                .isCloseTo(outcome.result().validationAccuracy(), org.assertj.core.data.Offset.offset(2.01 / 300));
    }

    @Test
    void fourBitWeightsRecoverByTraining() {
        QuantizationAwareTraining.Outcome outcome = run(4, 3, 0.01);
        int before = Ort.correct(outcome.postTraining(), VALIDATION);
        int after = Ort.correct(outcome.trained(), VALIDATION);
        assertThat(after).isGreaterThanOrEqualTo(before);
        assertThat(after / 300.0).isGreaterThan(0.9);
        outcome.trained().initializers().forEach((name, tensor) -> {
            if (name.endsWith(".weight_quantized")) {
                for (long code : tensor.toLongs()) {
                    assertThat(code).isBetween(-7L, 7L);
                }
            }
        });
    }
}
