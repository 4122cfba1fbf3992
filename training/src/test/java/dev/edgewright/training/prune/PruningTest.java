package dev.edgewright.training.prune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.training.architecture.Architectures;
import dev.edgewright.training.data.ArraySamples;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.distill.Students;
import dev.edgewright.training.optimizer.Sgd;
import dev.edgewright.training.tensor.PyTorchBackend;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.ModelState;
import dev.edgewright.training.trainer.Objective;
import dev.edgewright.training.trainer.Ort;
import dev.edgewright.training.trainer.Toys;
import dev.edgewright.training.trainer.Trainer;
import dev.edgewright.training.trainer.TrainingSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PruningTest {

    private static Samples noise(int count, long... shape) {
        Random random = new Random(4);
        int elements = (int) java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        float[] values = new float[count * elements];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new ArraySamples(values, null, shape);
    }

    /** Cutting channels that are dead must not change what the graph answers: every weight was cut at the right place. */
    @ParameterizedTest
    @ValueSource(strings = {"lenet", "resnet8", "resnet20", "ds-cnn", "mobilenet", "mlp"})
    void deadChannelsGoWithoutAChangeOfTheAnswer(String name) {
        long[] sample = name.equals("mlp") ? new long[] {20} : new long[] {1, 28, 28};
        Graph graph = Architectures.byName(name, sample, 10, 3);
        ChannelSpaces spaces = ChannelSpaces.of(graph);
        assertThat(spaces.prunable()).isNotEmpty();
        Map<Integer, int[]> kept = new HashMap<>();
        Map<String, float[]> silenced = new HashMap<>();
        spaces.prunable()
                .forEach((space, size) -> kept.put(
                        space,
                        IntStream.range(0, size.intValue())
                                .filter(i -> i % 3 != 1)
                                .toArray()));
        for (ChannelSpaces.Place place : spaces.places()) {
            int space = spaces.find(place.space());
            if (!kept.containsKey(space) || place.reads()) {
                continue;
            }
            Tensor tensor = graph.initializer(place.tensor()).orElseThrow();
            float[] values = silenced.computeIfAbsent(place.tensor(), key -> tensor.toFloats());
            long inner = 1;
            for (int i = place.axis() + 1; i < tensor.rank(); i++) {
                inner *= tensor.size(i);
            }
            for (int i = 0; i < values.length; i++) {
                if (i / inner % tensor.size(place.axis()) % 3 == 1
                        && !place.tensor().endsWith("running_var")) {
                    values[i] = 0;
                }
            }
        }
        Graph dead = ModelState.write(graph, silenced);
        Graph cut = Narrowing.keep(dead, spaces, kept);
        assertThat(cut.parameters()).isLessThan(dead.parameters());
        float[][] before = Ort.logits(dead, noise(3, sample));
        float[][] after = Ort.logits(cut, noise(3, sample));
        for (int i = 0; i < before.length; i++) {
            assertThat(after[i]).containsExactly(before[i], org.assertj.core.data.Offset.offset(1e-3f));
        }
    }

    @Test
    void theBudgetIsMetInWholeBlocks() {
        Graph graph = Architectures.resNet(3, 16, 1, 28, 10, 3);
        long whole = Macs.of(graph);
        Graph half = MacsBudget.cut(graph, whole / 2, 8);
        assertThat(Macs.of(half)).isBetween(whole / 4, whole / 2);
        half.nodes("Conv")
                .forEach(node -> assertThat(
                                half.initializer(node.input(1)).orElseThrow().size(0) % 8)
                        .isZero());
        Ort.logits(half, noise(2, 1, 28, 28));
    }

    @Test
    void aBlockThatDoesNothingGoesBeforeAnyChannel() {
        Graph graph = Architectures.resNet(2, 16, 1, 28, 10, 3);
        Graph idle = ModelState.write(
                graph, Map.of("stage2_block2_norm2.weight", new float[32], "stage2_block2_norm2.bias", new float[32]));
        Samples samples = noise(4, 1, 28, 28);
        float[][] whole = Ort.logits(idle, samples);
        Graph cut =
                TrialBudget.cut(idle, Macs.of(idle) - 1, 16, smaller -> distance(whole, Ort.logits(smaller, samples)));
        assertThat(cut.initializers().keySet()).noneMatch(name -> name.startsWith("stage2_block2"));
        assertThat(cut.nodes("Conv")).hasSize(graph.nodes("Conv").size() - 2);
        assertThat(distance(whole, Ort.logits(cut, samples))).isLessThan(1e-6);
    }

    @Test
    void trialsMeetTheBudgetAndEndWhereNothingMayGo() {
        Graph graph = Architectures.resNet(2, 16, 1, 28, 10, 3);
        Graph half = TrialBudget.cut(graph, Macs.of(graph) / 2, 16, smaller -> 0);
        assertThat(Macs.of(half)).isLessThanOrEqualTo(Macs.of(graph) / 2);
        Graph least = TrialBudget.cut(graph, 1, 16, smaller -> 0);
        assertThat(ResidualBlocks.of(least)).isEmpty();
        least.nodes("Conv")
                .forEach(node -> assertThat(
                                least.initializer(node.input(1)).orElseThrow().size(0))
                        .isEqualTo(16));
    }

    private static double distance(float[][] a, float[][] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[i].length; j++) {
                sum += (a[i][j] - b[i][j]) * (a[i][j] - b[i][j]);
            }
        }
        return sum;
    }

    @Test
    void macsOfResNet20AreThoseOfTheArithmetic() {
        long stem = 28L * 28 * 16 * 9;
        long stage1 = 6 * 28L * 28 * 16 * 16 * 9;
        long stage2 = 14L * 14 * (16 * 32 * 9 + 5 * 32 * 32 * 9 + 16 * 32);
        long stage3 = 7L * 7 * (32 * 64 * 9 + 5 * 64 * 64 * 9 + 32 * 64);
        assertThat(Macs.of(Architectures.resNet(3, 16, 1, 28, 10, 3))).isEqualTo(stem + stage1 + stage2 + stage3 + 640);
    }

    @Test
    void blocksThatKeepTheirShapeCanBeDropped() {
        Graph graph = Architectures.resNet(3, 16, 1, 28, 10, 3);
        Graph shallow = Students.shallowed(graph, 7);
        assertThat(shallow.nodes("Conv")).hasSize(graph.nodes("Conv").size() - 14);
        assertThat(shallow.nodes("Relu").stream()
                        .filter(relu ->
                                shallow.producer(relu.input(0)).orElseThrow().is("Relu")))
                .as("a Relu right behind a Relu does nothing, and ONNX Runtime refuses it between Q and DQ")
                .isEmpty();
        assertThat(Students.shallowed(graph, 99).nodes("Conv")).hasSameSizeAs(shallow.nodes("Conv"));
        Ort.logits(shallow, noise(2, 1, 28, 28));
    }

    @Test
    void prunesALittleRecoversAndAgain() {
        Samples training = Toys.bars(300, 1);
        Samples validation = Toys.bars(150, 2);
        try (TensorBackend backend = new PyTorchBackend()) {
            Graph trained = train(backend, Toys.cnn(5, 16, 16), training, validation, 6);
            List<IterativePruning.Step> steps = IterativePruning.run(
                    trained,
                    0.3,
                    2,
                    (graph, budget) -> MacsBudget.cut(graph, budget, 2),
                    0.5,
                    (pruned, round, rounds) -> new Trainer(backend, TrainingSettings.of(3, 30, 0.02, round))
                            .train(
                                    pruned,
                                    training,
                                    validation,
                                    "logits",
                                    Objective.classification("logits"),
                                    new Sgd(0.9, 5e-4)));
            assertThat(steps).hasSize(2);
            IterativePruning.Step last = steps.get(1);
            assertThat(last.macs()).isLessThanOrEqualTo(Math.round(0.3 * Macs.of(trained)));
            assertThat(last.validationAccuracy()).isGreaterThan(0.9);
            assertThat(Ort.correct(last.graph(), validation))
                    .isEqualTo((int) Math.round(last.validationAccuracy() * 150));
        }
    }

    @Test
    void singleWeightsGoAlongACubicCurveAndStayAway() {
        Samples training = Toys.bars(300, 1);
        Samples validation = Toys.bars(150, 2);
        MagnitudePruning rule = new MagnitudePruning(0.8, 0.5, 5);
        assertThat(rule.shareAt(0, 100)).isZero();
        assertThat(rule.shareAt(25, 100)).isCloseTo(0.7, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(rule.shareAt(90, 100)).isCloseTo(0.8, org.assertj.core.data.Offset.offset(1e-9));
        try (TensorBackend backend = new PyTorchBackend()) {
            Graph trained = train(backend, Toys.cnn(5, 16, 16), training, validation, 6);
            var result = new Trainer(backend, TrainingSettings.of(8, 30, 0.02, 1))
                    .rule(rule)
                    .train(
                            trained,
                            training,
                            validation,
                            "logits",
                            Objective.classification("logits"),
                            new Sgd(0.9, 0));
            assertThat(result.validationAccuracy()).isGreaterThan(0.9);
            float[] last = result.graph().initializers().get("conv3.weight").toFloats();
            assertThat(IntStream.range(0, last.length).filter(i -> last[i] == 0).count())
                    .isGreaterThanOrEqualTo((long) (0.8 * last.length) - 1);
        }
    }

    private static Graph train(TensorBackend backend, Graph graph, Samples training, Samples validation, int epochs) {
        return new Trainer(backend, TrainingSettings.of(epochs, 30, 0.05, 3))
                .train(graph, training, validation, "logits", Objective.classification("logits"), new Sgd(0.9, 5e-4))
                .graph();
    }
}
