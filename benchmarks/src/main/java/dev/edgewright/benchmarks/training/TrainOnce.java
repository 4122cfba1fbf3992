package dev.edgewright.benchmarks.training;

import com.sun.management.OperatingSystemMXBean;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.training.augment.Augmentation;
import dev.edgewright.training.data.IdxImages;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.optimizer.Sgd;
import dev.edgewright.training.schedule.Schedule;
import dev.edgewright.training.tensor.PyTorchBackend;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.Objective;
import dev.edgewright.training.trainer.Trainer;
import dev.edgewright.training.trainer.TrainingListener;
import dev.edgewright.training.trainer.TrainingSettings;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Trains a graph on Fashion-MNIST for a number of steps, as {@code benchmarks/peers/train.py} does, and prints the milliseconds and
 * CPU milliseconds (all threads) of each step on a line of their own. From one step's end to the next: reading and augmenting, forward, backward, update.
 */
final class TrainOnce {

    private static final int BATCH = 128;

    private TrainOnce() {}

    /** @param args GRAPH.onnx, folder of the IDX files, steps, threads */
    public static void main(String[] args) {
        int steps = Integer.parseInt(args[2]);
        Path data = Path.of(args[1]);
        double mean = 0.2860;
        double deviation = 0.3530;
        Samples all = IdxImages.open(
                data.resolve("train-images-idx3-ubyte.gz"),
                data.resolve("train-labels-idx1-ubyte.gz"),
                mean,
                deviation);
        Augmentation augmentation =
                Augmentation.all(List.of(Augmentation.flip(), Augmentation.shift(2, (float) ((0 - mean) / deviation))));
        try (TensorBackend backend = new PyTorchBackend()) {
            backend.threads(Integer.parseInt(args[3]));
            new Trainer(backend, TrainingSettings.of(1, BATCH, 0.2, 7).withLabelSmoothing(0.05))
                    .augmentation(augmentation)
                    .schedule(Schedule.constant())
                    .listener(new Clock())
                    .withoutSelfTest()
                    .train(
                            OnnxFile.read(Path.of(args[0])),
                            all.part(0, steps * BATCH),
                            all.part(all.size() - 1000, all.size()),
                            "logits",
                            Objective.classification("logits"),
                            new Sgd(0.9, 0.0005));
        }
    }

    private static final class Clock implements TrainingListener {
        private final OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        private long last;
        private long lastCpu;

        @Override
        public void started(String engine, long steps) {
            System.err.println(engine);
            last = System.nanoTime();
            lastCpu = system.getProcessCpuTime();
        }

        @Override
        public void step(int epoch, int step, int steps, double loss) {
            long now = System.nanoTime();
            long cpu = system.getProcessCpuTime();
            System.out.printf(
                    Locale.ROOT,
                    "step %.3f ms cpu %.3f ms loss %.4f%n",
                    (now - last) / 1e6,
                    (cpu - lastCpu) / 1e6,
                    loss);
            last = System.nanoTime();
            lastCpu = system.getProcessCpuTime();
        }
    }
}
