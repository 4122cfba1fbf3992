package dev.edgewright.training.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.quantize.StaticInt8Options;
import dev.edgewright.training.architecture.Architectures;
import dev.edgewright.training.data.ArraySamples;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.distill.Distillation;
import dev.edgewright.training.distill.Students;
import dev.edgewright.training.distill.Teacher;
import dev.edgewright.training.optimizer.AdamW;
import dev.edgewright.training.prune.IterativePruning;
import dev.edgewright.training.prune.Macs;
import dev.edgewright.training.prune.MacsBudget;
import dev.edgewright.training.qat.QuantizationAwareTraining;
import dev.edgewright.training.schedule.Schedule;
import dev.edgewright.training.tensor.PyTorchBackend;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.Objective;
import dev.edgewright.training.trainer.Ort;
import dev.edgewright.training.trainer.Trainer;
import dev.edgewright.training.trainer.TrainingResult;
import dev.edgewright.training.trainer.TrainingSettings;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A small table through the whole chain: train, prune, distil, quantise-aware, int8. The table is the waveform problem (Breiman et al.
 * 1984, Classification and Regression Trees): 21 noisy features, 3 classes, and no classifier can pass 86 %.
 */
class ChainTest {

    private static Samples waveform(int count, long seed) {
        Random random = new Random(seed);
        int[][] pairs = {{0, 1}, {0, 2}, {1, 2}};
        int[] peaks = {7, 15, 11};
        float[] values = new float[count * 21];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % 3;
            double mix = random.nextDouble();
            for (int f = 0; f < 21; f++) {
                double left = Math.max(6 - Math.abs(f + 1 - peaks[pairs[labels[i]][0]]), 0);
                double right = Math.max(6 - Math.abs(f + 1 - peaks[pairs[labels[i]][1]]), 0);
                values[i * 21 + f] = (float) ((mix * left + (1 - mix) * right + random.nextGaussian() - 2) / 2.5);
            }
        }
        return new ArraySamples(values, labels, 21);
    }

    @Test
    void trainPruneDistilQuantise() {
        Samples training = waveform(3000, 1);
        Samples validation = waveform(1500, 2);
        Samples test = waveform(3000, 3);
        try (TensorBackend backend = new PyTorchBackend()) {
            Graph whole = fit(
                            backend, Architectures.mlp(21, new int[] {64, 32}, 3, 5), labels(), 8, training, validation)
                    .graph();
            Objective taught = Distillation.from(new Teacher(backend, whole), 2)
                    .logits("logits", "logits", 0.5)
                    .labels("logits", 0.5);
            List<IterativePruning.Step> steps = IterativePruning.run(
                    whole,
                    0.3,
                    2,
                    (graph, budget) -> MacsBudget.cut(graph, budget, 8),
                    0,
                    (pruned, round, rounds) -> fit(backend, pruned, taught, 3, training, validation));
            Graph pruned = steps.get(steps.size() - 1).graph();
            Graph student = fit(backend, Students.narrowed(pruned, 0.75, 8), taught, 4, training, validation)
                    .graph();
            QuantizationAwareTraining.Outcome outcome = QuantizationAwareTraining.run(
                    new Trainer(backend, TrainingSettings.of(3, 50, 1e-3, 4)),
                    student,
                    training,
                    validation,
                    "logits",
                    taught,
                    AdamW.withDecay(0),
                    256,
                    StaticInt8Options.defaults(),
                    8);

            double before = Ort.correct(whole, test) / 3000.0;
            double after = Ort.correct(outcome.trained(), test) / 3000.0;
            assertThat(before).isGreaterThan(0.83);
            assertThat(after).isGreaterThan(before - 0.02);
            assertThat(Macs.of(student)).isLessThanOrEqualTo(Math.round(0.3 * Macs.of(whole)));
            assertThat(OnnxFile.toBytes(outcome.trained()).length * 2).isLessThan(OnnxFile.toBytes(whole).length);
        }
    }

    private static Objective labels() {
        return Objective.classification("logits");
    }

    private static TrainingResult fit(
            TensorBackend backend, Graph graph, Objective objective, int epochs, Samples training, Samples validation) {
        return new Trainer(backend, TrainingSettings.of(epochs, 50, 0.005, 3))
                .schedule(Schedule.cosine())
                .train(graph, training, validation, "logits", objective, AdamW.withDecay(1e-4));
    }
}
