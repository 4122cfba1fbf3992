package dev.edgewright.compression;

import dev.edgewright.compression.data.DataSource;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Writes IDX data sets of smooth random images, always the same. */
public final class SampleData {

    private SampleData() {}

    /** 28x28 images and labels 0..9, with a data.yaml of calibration, validation and test. */
    public static DataSource write(Path folder, int samples) throws IOException {
        Files.createDirectories(folder);
        images(folder.resolve("images.idx.gz"), samples);
        labels(folder.resolve("labels.idx"), samples);
        int third = Math.max(1, samples / 4);
        Files.writeString(folder.resolve("data.yaml"), """
                inputs:
                  image: {file: images.idx, scale: 0.00392156862745098, mean: [0.2860], std: [0.3530], layout: NCHW}
                labels: {file: labels.idx}
                output: logits
                metric: top1
                splits:
                  calibration: 0..%d
                  validation: %d..%d
                """.formatted(third, Math.min(third, samples - 1), samples));
        return DataSource.open(folder);
    }

    private static void images(Path file, int samples) throws IOException {
        Random random = new Random(5);
        try (OutputStream raw = Files.newOutputStream(file);
                DataOutputStream out = new DataOutputStream(new GZIPOutputStream(raw))) {
            out.writeInt(0x00000803);
            out.writeInt(samples);
            out.writeInt(28);
            out.writeInt(28);
            for (int i = 0; i < samples; i++) {
                double fx = random.nextDouble();
                double fy = random.nextDouble();
                double phase = random.nextDouble() * 6;
                for (int y = 0; y < 28; y++) {
                    for (int x = 0; x < 28; x++) {
                        double wave = Math.sin(fx * x + fy * y + phase) + 0.3 * random.nextGaussian();
                        out.writeByte((int) Math.max(0, Math.min(255, 128 + 100 * wave)));
                    }
                }
            }
        }
    }

    private static void labels(Path file, int samples) throws IOException {
        Random random = new Random(6);
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            out.writeInt(0x00000801);
            out.writeInt(samples);
            for (int i = 0; i < samples; i++) {
                out.writeByte(random.nextInt(10));
            }
        }
    }
}
