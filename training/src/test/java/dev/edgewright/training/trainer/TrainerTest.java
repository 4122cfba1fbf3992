package dev.edgewright.training.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.augment.Augmentation;
import dev.edgewright.training.data.ArraySamples;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.optimizer.AdamW;
import dev.edgewright.training.optimizer.Optimizer;
import dev.edgewright.training.optimizer.Sgd;
import dev.edgewright.training.schedule.Schedule;
import dev.edgewright.training.tensor.PyTorchBackend;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {

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

    private static TrainingSettings settings(int epochs) {
        return TrainingSettings.of(epochs, 30, 0.05, 3);
    }

    private TrainingResult train(Trainer trainer, Graph graph, Optimizer optimizer) {
        return trainer.train(graph, training, validation, "logits", Objective.classification("logits"), optimizer);
    }

    @Test
    void learnsWithSgdAndTheWrittenGraphDoesTheSameInOnnxRuntime() {
        TrainingResult result = train(
                new Trainer(backend, settings(6).withLabelSmoothing(0.05))
                        .augmentation(Augmentation.shift(1, 0))
                        .schedule(Schedule.oneCycle(0.3)),
                Toys.cnn(5),
                new Sgd(0.9, 5e-4));
        assertThat(result.validationAccuracy()).isGreaterThan(0.9);
        assertThat(Ort.correct(result.graph(), validation))
                .isEqualTo((int) Math.round(result.validationAccuracy() * validation.size()));
    }

    @Test
    void learnsWithAdamAveragingMixupAndClipping() {
        TrainingSettings settings = TrainingSettings.of(8, 30, 0.01, 3)
                .withAveraging(0.8)
                .withMixup(0.2)
                .withClipNorm(5);
        TrainingResult result = train(
                new Trainer(backend, settings).schedule(Schedule.cosine().warmUp(5)),
                Toys.cnn(5),
                AdamW.withDecay(1e-3));
        assertThat(result.validationAccuracy()).isGreaterThan(0.9);
        assertThat(Ort.correct(result.graph(), validation))
                .as("the averaged weights are those that are written")
                .isEqualTo((int) Math.round(result.validationAccuracy() * validation.size()));
        assertThat(result.reports()).allMatch(report -> report.gradientNorm() > 0);
    }

    @Test
    void sameSeedGivesTheSameWeights() {
        Graph first = train(new Trainer(backend, settings(2)), Toys.cnn(5), new Sgd(0.9, 0))
                .graph();
        Graph second = train(new Trainer(backend, settings(2)), Toys.cnn(5), new Sgd(0.9, 0))
                .graph();
        assertThat(first.toModel()).isEqualTo(second.toModel());
    }

    @Test
    void aStoppedTrainingGoesOnAsIfNothingHadHappened(@TempDir Path folder) {
        Trainer whole = new Trainer(backend, settings(4).withAveraging(0.9)).augmentation(Augmentation.flip());
        Graph expected = train(whole, Toys.cnn(5), AdamW.withDecay(0.01)).graph();

        Path checkpoint = folder.resolve("checkpoint");
        StopAfter stop = new StopAfter(2);
        Trainer stopped = new Trainer(backend, settings(4).withAveraging(0.9))
                .augmentation(Augmentation.flip())
                .checkpoint(checkpoint)
                .listener(stop);
        assertThat(catchThrowableOfType(
                                TrainingException.class, () -> train(stopped, Toys.cnn(5), AdamW.withDecay(0.01)))
                        .code())
                .isEqualTo(Code.CANCELLED);
        TrainingResult resumed = train(
                new Trainer(backend, settings(4).withAveraging(0.9))
                        .augmentation(Augmentation.flip())
                        .checkpoint(checkpoint),
                Toys.cnn(5),
                AdamW.withDecay(0.01));
        assertThat(resumed.reports()).hasSize(2);
        assertThat(resumed.accuracies()).hasSize(4);
        assertThat(resumed.graph().toModel()).isEqualTo(expected.toModel());
    }

    private static final class StopAfter implements TrainingListener {
        private final int epochs;
        private int done;

        StopAfter(int epochs) {
            this.epochs = epochs;
        }

        @Override
        public void epoch(EpochReport report) {
            done = report.epoch();
        }

        @Override
        public boolean cancelled() {
            return done >= epochs;
        }
    }

    @Test
    void aDatasetThatChangedUnderAResumedRunIsRefused(@TempDir Path folder) {
        Path checkpoint = folder.resolve("checkpoint");
        train(new Trainer(backend, settings(1)).checkpoint(checkpoint), Toys.cnn(5), new Sgd(0.9, 0));
        TrainingException error = catchThrowableOfType(
                TrainingException.class,
                () -> new Trainer(backend, settings(1))
                        .checkpoint(checkpoint)
                        .train(
                                Toys.cnn(5),
                                Toys.bars(300, 99),
                                validation,
                                "logits",
                                Objective.classification("logits"),
                                new Sgd(0.9, 0)));
        assertThat(error.code()).isEqualTo(Code.DATA_CHANGED);
        assertThat(error).hasMessageContaining(checkpoint.toString());
    }

    @Test
    void aCheckpointOfAnotherGraphIsRefused(@TempDir Path folder) {
        Path checkpoint = folder.resolve("checkpoint");
        train(new Trainer(backend, settings(1)).checkpoint(checkpoint), Toys.cnn(5), new Sgd(0.9, 0));
        TrainingException error = catchThrowableOfType(
                TrainingException.class,
                () -> train(new Trainer(backend, settings(1)).checkpoint(checkpoint), Toys.cnn(6), new Sgd(0.9, 0)));
        assertThat(error.code()).isEqualTo(Code.CHECKPOINT_INVALID);
    }

    @Test
    void aDamagedCheckpointIsRefused(@TempDir Path folder) throws Exception {
        Path checkpoint = folder.resolve("checkpoint");
        train(new Trainer(backend, settings(1)).checkpoint(checkpoint), Toys.cnn(5), new Sgd(0.9, 0));
        byte[] bytes = Files.readAllBytes(checkpoint);
        bytes[bytes.length / 2] ^= 1;
        Files.write(checkpoint, bytes);
        TrainingException error = catchThrowableOfType(TrainingException.class, () -> Checkpoint.read(checkpoint));
        assertThat(error.code()).isEqualTo(Code.CHECKPOINT_INVALID);
    }

    @Test
    void aFullDiskAtACheckpointKeepsTheOneBefore(@TempDir Path folder) throws Exception {
        Path checkpoint = folder.resolve("checkpoint");
        train(new Trainer(backend, settings(1)).checkpoint(checkpoint), Toys.cnn(5), new Sgd(0.9, 0));
        byte[] before = Files.readAllBytes(checkpoint);
        org.junit.jupiter.api.Assumptions.assumeTrue(
                Files.exists(Path.of("/dev/full")), "needs /dev/full: a disk without room");
        Files.createSymbolicLink(folder.resolve("checkpoint.new"), Path.of("/dev/full"));
        Checkpoint from = Checkpoint.read(checkpoint);
        TrainingException error = catchThrowableOfType(TrainingException.class, () -> from.write(checkpoint));
        assertThat(error.code()).isEqualTo(Code.OUTPUT_FAILED);
        assertThat(Files.readAllBytes(checkpoint)).isEqualTo(before);
    }

    @Test
    void aLossThatIsNoNumberStopsAndNamesTheLayerAndKeepsTheLastGood(@TempDir Path folder) {
        Path checkpoint = folder.resolve("checkpoint");
        // The first two epochs go well, then the rate explodes.
        Schedule schedule = (step, total) -> step < 20 ? 1e-12 : 1;
        Trainer trainer = new Trainer(backend, TrainingSettings.of(4, 30, 1e12, 3))
                .schedule(schedule)
                .checkpoint(checkpoint);
        TrainingException error =
                catchThrowableOfType(TrainingException.class, () -> train(trainer, Toys.cnn(5), new Sgd(0, 0)));
        assertThat(error.code()).isEqualTo(Code.DIVERGED);
        assertThat(error.getMessage()).matches("(?s).*layer \\w+.*\\(\\w+\\) is the first.*");
        assertThat(error).hasMessageContaining("epoch 3");
        Checkpoint kept = Checkpoint.read(checkpoint);
        assertThat(kept.epochs()).isEqualTo(2);
        kept.part("model/").values().forEach(values -> {
            for (float value : values) {
                assertThat(value).isFinite();
            }
        });
    }

    @Test
    void labelsThatDoNotFitTheHeadAreRefusedBeforeTraining() {
        int[] labels = new int[30];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 4;
        }
        TrainingException error = refusal(Toys.cnn(5), new ArraySamples(new float[30 * 64], labels, 1, 8, 8));
        assertThat(error.code()).isEqualTo(Code.LABEL_OUT_OF_RANGE);
        assertThat(error).hasMessageContaining("label 3").hasMessageContaining("3 classes");
    }

    @Test
    void gradientsThatExplodeAreHeldByTheirLimit() {
        // 1,000 is far too much for this network; a step of norm 0.0001 times 1,000 is not.
        TrainingResult result = train(
                new Trainer(backend, TrainingSettings.of(2, 30, 1000, 3).withClipNorm(0.0001)),
                Toys.cnn(5),
                new Sgd(0, 0));
        assertThat(result.reports().get(1).gradientNorm()).isGreaterThan(0.0001);
        result.graph().initializers().values().forEach(tensor -> {
            for (float value : tensor.toFloats()) {
                assertThat(value).isFinite();
            }
        });
        assertThat(result.validationAccuracy()).isGreaterThan(0.4);
    }

    @Test
    void anEmptyClassIsRefused() {
        TrainingException error =
                refusal(Toys.cnn(5), new ArraySamples(new float[4 * 64], new int[] {0, 1, 0, 1}, 1, 8, 8));
        assertThat(error.code()).isEqualTo(Code.CLASS_EMPTY);
        assertThat(error).hasMessageContaining("label 2");
    }

    @Test
    void samplesOfAnotherShapeAreRefused() {
        TrainingException error =
                refusal(Toys.cnn(5), new ArraySamples(new float[3 * 49], new int[] {0, 1, 2}, 1, 7, 7));
        assertThat(error.code()).isEqualTo(Code.DATA_INVALID);
        assertThat(error).hasMessageContaining("image").hasMessageContaining("[1, 7, 7]");
    }

    private TrainingException refusal(Graph graph, Samples samples) {
        return catchThrowableOfType(
                TrainingException.class,
                () -> new Trainer(backend, settings(1))
                        .train(
                                graph,
                                samples,
                                validation,
                                "logits",
                                Objective.classification("logits"),
                                new Sgd(0.9, 0)));
    }

    @Test
    void anOperatorWithoutGradientIsRefusedByName() {
        GraphBuilder net = GraphBuilder.named("odd").opset(20);
        String x = net.input("image", ElementType.FLOAT, "N", 1, 8, 8);
        x = net.op("Hardmax", List.of(net.flatten(x)));
        x = net.gemm(x, "head", 64, 3);
        Graph graph = net.output(x, "logits", ElementType.FLOAT, "N", 3).build();
        TrainingException error = refusal(graph, training);
        assertThat(error.code()).isEqualTo(Code.OPERATOR_WITHOUT_GRADIENT);
        assertThat(error).hasMessageContaining("Hardmax");
    }

    @Test
    void wrongGradientsOfTheEngineAreFoundBeforeTraining() {
        TensorBackend wrong = (TensorBackend) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {TensorBackend.class}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(backend, arguments);
                        return method.getName().equals("gradient") && result instanceof Tensor gradient
                                ? gradient.mul(1.01)
                                : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        TrainingException error = catchThrowableOfType(
                TrainingException.class, () -> train(new Trainer(wrong, settings(1)), Toys.cnn(5), new Sgd(0.9, 0)));
        assertThat(error.code()).isEqualTo(Code.GRADIENT_WRONG);
        assertThat(error).hasMessageContaining("conv1");
    }

    @Test
    void frozenWeightsStay() {
        Graph graph = Toys.cnn(5);
        Graph trained = train(
                        new Trainer(backend, settings(1)).training(name -> name.startsWith("head")),
                        graph,
                        new Sgd(0.9, 0))
                .graph();
        assertThat(trained.initializers().get("conv1.weight").toFloats())
                .isEqualTo(graph.initializers().get("conv1.weight").toFloats());
        assertThat(trained.initializers().get("head.weight").toFloats())
                .isNotEqualTo(graph.initializers().get("head.weight").toFloats());
    }

    @Test
    void stopsEarlyWhenValidationNoLongerImproves() {
        TrainingResult result = train(new Trainer(backend, settings(30).withPatience(2)), Toys.cnn(5), new Sgd(0.9, 0));
        assertThat(result.accuracies()).hasSizeLessThan(30);
        assertThat(result.accuracies()).hasSize(result.bestEpoch() + 2);
    }
}
