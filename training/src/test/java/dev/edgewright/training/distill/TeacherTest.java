package dev.edgewright.training.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.tensor.PyTorchBackend;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.Toys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TeacherTest {

    private static final Set<String> LOGITS = Set.of("logits");

    private static TensorBackend backend;
    private static Graph graph;

    @BeforeAll
    static void open() {
        backend = new PyTorchBackend();
        graph = Toys.cnn(5, 8, 8);
    }

    @AfterAll
    static void close() {
        backend.close();
    }

    private static float[] images(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count * 64];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] ask(Teacher teacher, float[] images) {
        try (TensorBackend.Scope scope = backend.scope()) {
            Tensor batch = backend.floats(images, images.length / 64, 1, 8, 8);
            return teacher.answer(scope, Map.of("image", batch), LOGITS)
                    .get("logits")
                    .toFloats();
        }
    }

    @Test
    void onnxRuntimeAnswersAsTheEngineDoes() {
        try (Teacher engine = new Teacher(backend, graph);
                Teacher runtime = Teacher.inRuntime(backend, graph, 1)) {
            assertThat(ask(runtime, images(7, 1)))
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(ask(engine, images(7, 1)));
        }
    }

    @Test
    void onnxRuntimeCannotBeAskedForAValueInside() {
        String inside = graph.nodes("Relu").get(0).output(0);
        try (Teacher runtime = Teacher.inRuntime(backend, graph, 1);
                TensorBackend.Scope scope = backend.scope()) {
            Map<String, Tensor> batch = Map.of("image", backend.floats(images(2, 1), 2, 1, 8, 8));
            TrainingException error =
                    catchThrowableOfType(TrainingException.class, () -> runtime.answer(scope, batch, Set.of(inside)));
            assertThat(error.code()).isEqualTo(Code.TEACHER_MISMATCH);
            assertThat(error).hasMessageContaining(inside);
        }
    }

    @Test
    void eachSampleIsAskedAboutOnceAndTheAnswersStayItsOwn() {
        List<Long> asked = new ArrayList<>();
        Answers counting = (scope, batch, names) -> {
            Tensor image = batch.get("image");
            asked.add(image.shape().get(0));
            long rows = image.shape().get(0);
            return Map.of("logits", image.reshape(rows, 64).slice(1, 0, 3, 1));
        };
        KeptAnswers kept = new KeptAnswers(backend, counting);
        float[] both = images(8, 3);
        try (TensorBackend.Scope scope = backend.scope()) {
            Tensor all = backend.floats(both, 8, 1, 8, 8);
            Tensor some = all.slice(0, 2, 5, 1);
            float[] first = kept.answer(scope, Map.of("image", some), LOGITS)
                    .get("logits")
                    .toFloats();
            assertThat(first)
                    .containsExactly(some.reshape(3, 64).slice(1, 0, 3, 1).toFloats());
            for (int round = 0; round < 2; round++) {
                assertThat(kept.answer(scope, Map.of("image", all), LOGITS)
                                .get("logits")
                                .toFloats())
                        .containsExactly(all.reshape(8, 64).slice(1, 0, 3, 1).toFloats());
            }
        }
        assertThat(asked).containsExactly(3L, 5L);
    }

    @Test
    void aMissingInputIsNamed() {
        try (Teacher teacher = new Teacher(backend, Toys.cnn(5, 4, 4));
                TensorBackend.Scope scope = backend.scope()) {
            Tensor some = backend.floats(images(1, 1), 1, 1, 8, 8);
            TrainingException error = catchThrowableOfType(
                    TrainingException.class, () -> teacher.answer(scope, Map.of("a", some, "b", some), LOGITS));
            assertThat(error.code()).isEqualTo(Code.TEACHER_MISMATCH);
            assertThat(error).hasMessageContaining("image");
        }
    }
}
