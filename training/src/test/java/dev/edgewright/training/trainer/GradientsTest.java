package dev.edgewright.training.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.optimizer.Sgd;
import dev.edgewright.training.tensor.PyTorchBackend;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GradientsTest {

    private static TensorBackend backend;

    private final Samples training = Toys.bars(300, 1);
    private final Samples validation = Toys.bars(90, 2);

    @BeforeAll
    static void open() {
        backend = new PyTorchBackend();
    }

    @AfterAll
    static void close() {
        backend.close();
    }

    /** The usual loss; in the chosen steps its value stays finite and its gradient does not: the square root has none at zero. */
    private static Objective brokenIn(IntPredicate steps) {
        Objective usual = Objective.classification("logits");
        AtomicInteger step = new AtomicInteger();
        return new Objective() {
            @Override
            public Tensor loss(Step at) {
                Tensor loss = usual.loss(at);
                return steps.test(step.incrementAndGet())
                        ? loss.add(at.value("logits").mul(0).sqrt().sum(false, 0, 1))
                        : loss;
            }

            @Override
            public String describe() {
                return "broken now and then";
            }
        };
    }

    private TrainingResult train(int epochs, Objective objective) {
        return new Trainer(backend, TrainingSettings.of(epochs, 30, 0.05, 3))
                .train(Toys.cnn(5), training, validation, "logits", objective, new Sgd(0.9, 0));
    }

    @Test
    void aStepWithoutAFiniteGradientMovesNothingAndIsCounted() {
        TrainingResult result = train(6, brokenIn(step -> step == 7 || step == 12));
        assertThat(result.reports()).extracting(EpochReport::stepsLeftOut).containsExactly(1, 1, 0, 0, 0, 0);
        assertThat(result.validationAccuracy()).isGreaterThan(0.9);
    }

    @Test
    void tooManyInARowStopTheTrainingAndNameAWeight() {
        TrainingException error =
                catchThrowableOfType(TrainingException.class, () -> train(6, brokenIn(step -> step > 10)));
        assertThat(error.code()).isEqualTo(Code.DIVERGED);
        assertThat(error).hasMessageContaining("the gradient of ").hasMessageContaining("20 steps in a row");
    }
}
