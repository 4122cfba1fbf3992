package dev.edgewright.training.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.data.ArraySamples;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.optimizer.AdamW;
import dev.edgewright.training.optimizer.Sgd;
import dev.edgewright.training.tensor.PyTorchBackend;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.Objective;
import dev.edgewright.training.trainer.Ort;
import dev.edgewright.training.trainer.Toys;
import dev.edgewright.training.trainer.Trainer;
import dev.edgewright.training.trainer.TrainingResult;
import dev.edgewright.training.trainer.TrainingSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DistillationTest {

    private static final Samples TRAINING = Toys.bars(300, 1);
    private static final Samples VALIDATION = Toys.bars(150, 2);

    private static TensorBackend backend;
    private static Graph teacher;

    @BeforeAll
    static void open() {
        backend = new PyTorchBackend();
        teacher = new Trainer(backend, TrainingSettings.of(6, 30, 0.05, 3))
                .train(
                        Toys.cnn(5, 16, 16),
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

    /** Both toys are built alike, so the value is called the same in teacher and student. */
    private static String lastRelu() {
        return teacher.nodes("Relu").get(2).output(0);
    }

    private static TrainingResult learn(Graph student, Objective objective, Samples samples, Samples validation) {
        return new Trainer(backend, TrainingSettings.of(8, 30, 0.01, 3))
                .train(student, samples, validation, "logits", objective, AdamW.withDecay(0));
    }

    @Test
    void aStudentLearnsFromLogitsFeaturesAndLabels() {
        Distillation objective = Distillation.from(new Teacher(backend, teacher), 2)
                .logits("logits", "logits", 0.7)
                .features(lastRelu(), lastRelu(), 0.1)
                .labels("logits", 0.3);
        TrainingResult result = learn(Toys.cnn(9, 4, 16), objective, TRAINING, VALIDATION);
        assertThat(result.validationAccuracy()).isGreaterThan(0.9);
        assertThat(Ort.correct(result.graph(), VALIDATION))
                .isEqualTo((int) Math.round(result.validationAccuracy() * 150));
    }

    @Test
    void aTeacherAloneIsEnoughWithoutLabels() {
        float[] values = new float[300 * 64];
        for (int i = 0; i < 300; i++) {
            TRAINING.read(i, values, i * 64);
        }
        Samples unlabelled = new ArraySamples(values, null, 1, 8, 8);
        Distillation objective =
                Distillation.from(new Teacher(backend, teacher), 2).logits("logits", "logits", 1);
        TrainingResult result = learn(Toys.cnn(9, 6, 8), objective, unlabelled, unlabelled.part(0, 30));
        assertThat(Ort.correct(result.graph(), VALIDATION) / 150.0).isGreaterThan(0.85);
    }

    @Test
    void aTeacherWhoseOutputsDifferInShapeIsRefused() {
        Distillation objective =
                Distillation.from(new Teacher(backend, teacher), 2).features(lastRelu(), lastRelu(), 1);
        TrainingException error = catchThrowableOfType(
                TrainingException.class, () -> learn(Toys.cnn(9, 4, 8), objective, TRAINING, VALIDATION));
        assertThat(error.code()).isEqualTo(Code.TEACHER_MISMATCH);
        assertThat(error).hasMessageContaining(lastRelu()).hasMessageContaining("one shape");
    }

    @Test
    void embeddingsPullTheAnglesTogether() {
        Distillation objective =
                Distillation.from(new Teacher(backend, teacher), 1).embeddings("logits", "logits", 1);
        TrainingResult result = learn(Toys.cnn(9, 6, 8), objective, TRAINING, VALIDATION);
        assertThat(result.reports().get(7).loss())
                .isLessThan(result.reports().get(0).loss() / 2);
    }

    @Test
    void aNarrowedStudentInheritsWeights() {
        Graph student = Students.narrowed(teacher, 0.5, 2);
        assertThat(student.initializers().get("conv1.weight").size(0)).isEqualTo(8);
        assertThat(teacher.initializers().get("conv1.weight").toFloats())
                .contains(student.initializers().get("conv1.weight").toFloats());
    }
}
