package dev.edgewright.training.trainer;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.optimizer.AdamW;
import dev.edgewright.training.tensor.PyTorchBackend;
import dev.edgewright.training.tensor.TensorBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bars and a network that knows them, as files that a user would have: model.onnx and data.yaml with IDX beside it. */
public final class ToyFolder {

    private static final int SAMPLES = 600;
    private static byte[] trained;

    private ToyFolder() {}

    /** Splits: train 0..400, validation 400..600; calibration is the beginning of the training samples. */
    public static synchronized void write(Path folder) throws IOException {
        Samples bars = Toys.bars(SAMPLES, 11);
        byte[] pixels = new byte[16 + SAMPLES * 64];
        byte[] labels = new byte[8 + SAMPLES];
        System.arraycopy(
                new byte[] {0, 0, 8, 3, 0, 0, SAMPLES >> 8, (byte) SAMPLES, 0, 0, 0, 8, 0, 0, 0, 8}, 0, pixels, 0, 16);
        System.arraycopy(new byte[] {0, 0, 8, 1, 0, 0, SAMPLES >> 8, (byte) SAMPLES}, 0, labels, 0, 8);
        float[] sample = new float[64];
        for (int i = 0; i < SAMPLES; i++) {
            bars.read(i, sample, 0);
            for (int p = 0; p < 64; p++) {
                pixels[16 + i * 64 + p] = (byte) Math.max(0, Math.min(255, Math.round(80 + 80 * sample[p])));
            }
            labels[8 + i] = (byte) bars.label(i);
        }
        Files.write(folder.resolve("images.idx"), pixels);
        Files.write(folder.resolve("labels.idx"), labels);
        Files.writeString(folder.resolve("data.yaml"), """
                inputs: {image: {file: images.idx, scale: 0.0125, mean: [1], std: [1], layout: NCHW}}
                labels: {file: labels.idx}
                output: logits
                splits: {train: 0..400, validation: 400..600, calibration: 0..100}
                """);
        if (trained == null) {
            trained = train(bars.part(0, 400), bars.part(400, SAMPLES));
        }
        Files.write(folder.resolve("model.onnx"), trained);
    }

    private static byte[] train(Samples training, Samples validation) {
        try (TensorBackend backend = new PyTorchBackend()) {
            Graph graph = new Trainer(backend, TrainingSettings.of(6, 25, 0.01, 3))
                    .withoutSelfTest()
                    .train(
                            Toys.cnn(5, 8, 16),
                            training,
                            validation,
                            "logits",
                            Objective.classification("logits"),
                            AdamW.withDecay(0))
                    .graph();
            return OnnxFile.toBytes(graph);
        }
    }
}
