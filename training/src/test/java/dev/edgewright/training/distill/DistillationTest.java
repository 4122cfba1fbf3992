package dev.edgewright.training.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.augment.Augmentation;
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
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
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

    /** What a teacher is asked about while a student trains for three epochs: how many rows, and how many different ones. */
    private static int[] asked(Augmentation change, boolean keeping) {
        int[] rows = new int[1];
        Set<Integer> different = new HashSet<>();
        Answers engine = new EngineAnswers(backend, teacher);
        Answers counting = (scope, batch, names) -> {
            float[] values = batch.get("image").toFloats();
            rows[0] += values.length / 64;
            for (int i = 0; i < values.length; i += 64) {
                different.add(Arrays.hashCode(Arrays.copyOfRange(values, i, i + 64)));
            }
            return engine.answer(scope, batch, names);
        };
        Teacher asked = Teacher.answering(backend, teacher, counting);
        new Trainer(backend, TrainingSettings.of(3, 30, 0.01, 3))
                .withoutSelfTest()
                .augmentation(change)
                .train(
                        Toys.cnn(9, 4, 8),
                        TRAINING,
                        VALIDATION,
                        "logits",
                        Distillation.from(keeping ? asked.keepingAnswers() : asked, 2)
                                .logits("logits", "logits", 1),
                        AdamW.withDecay(0));
        return new int[] {rows[0], different.size()};
    }

    @Test
    void theTeacherAnswersOnEveryNewView() {
        Augmentation noise = (batch, offset, shape, random) -> batch[offset] += (float) random.nextDouble();
        assertThat(asked(noise, false)).containsExactly(900, 900);
        int[] views = asked(Augmentation.views(2, noise), true);
        assertThat(views[0]).as("each view once").isEqualTo(views[1]).isBetween(301, 600);
        assertThat(asked(Augmentation.none(), true)).containsExactly(300, 300);
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
