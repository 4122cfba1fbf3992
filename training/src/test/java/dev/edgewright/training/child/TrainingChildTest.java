package dev.edgewright.training.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.data.IdxImages;
import dev.edgewright.training.trainer.EpochReport;
import dev.edgewright.training.trainer.Ort;
import dev.edgewright.training.trainer.Toys;
import dev.edgewright.training.trainer.TrainingListener;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingChildTest {

    @TempDir
    Path folder;

    @BeforeEach
    void writeData() throws IOException {
        Random random = new Random(1);
        byte[] pixels = new byte[240 * 64];
        byte[] labels = new byte[240];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) (i % 3);
            for (int p = 0; p < 64; p++) {
                boolean on = labels[i] == 0 ? p % 8 < 4 : labels[i] == 1 ? p < 32 : (p / 8 + p % 8) % 2 == 0;
                pixels[i * 64 + p] = (byte) ((on ? 160 : 30) + random.nextInt(60));
            }
        }
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(folder.resolve("images")))) {
            out.writeInt(0x803);
            out.writeInt(240);
            out.writeInt(8);
            out.writeInt(8);
            out.write(pixels);
        }
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(folder.resolve("labels")))) {
            out.writeInt(0x801);
            out.writeInt(240);
            out.write(labels);
        }
        OnnxFile.write(Toys.cnn(5), folder.resolve("start.onnx"));
    }

    private TrainingJob job(int epochs) throws IOException {
        Path yaml = folder.resolve("job.yaml");
        Files.writeString(yaml, """
                graph: start.onnx
                output: logits
                data: {images: images, labels: labels, testImages: images, testLabels: labels, mean: 0.4, deviation: 0.3, validation: 60}
                training: {epochs: %d, batch: 30, rate: 0.05, schedule: one-cycle, momentum: 0.9, decay: 0.0005, seed: 3}
                augment: {flip: 1, shift: 1}
                threads: 1
                result: out
                """.formatted(epochs));
        return TrainingJob.read(yaml);
    }

    @Test
    void aUnitOfNoChannelsIsRefusedWithItsStep() throws IOException {
        Path yaml = folder.resolve("unit.yaml");
        Files.writeString(yaml, """
                graph: start.onnx
                steps: [{do: prune, unit: 0}]
                data: {source: data}
                training: {epochs: 1, batch: 30, rate: 0.05}
                result: out
                """);
        TrainingException refused = catchThrowableOfType(TrainingException.class, () -> TrainingJob.read(yaml));
        assertThat(refused.code()).isEqualTo(TrainingException.Code.SETTINGS_INVALID);
        assertThat(refused).hasMessageContaining("prune").hasMessageContaining("unit");
    }

    @Test
    void trainsInAProcessOfItsOwnAndReportsOverThePipe() throws Exception {
        AtomicInteger epochs = new AtomicInteger();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void epoch(EpochReport report) {
                epochs.incrementAndGet();
            }
        };
        Map<String, Object> record;
        try (TrainingChild child = TrainingChild.start(job(3), TrainingChild.Limits.standard(), listener)) {
            record = child.result().get(120, TimeUnit.SECONDS);
        }
        assertThat(epochs).hasValue(3);
        assertThat((Double) record.get("validationAccuracy")).isGreaterThan(0.9);
        Graph graph = OnnxFile.read(folder.resolve("out/model.onnx"));
        IdxImages all = IdxImages.open(folder.resolve("images"), folder.resolve("labels"), 0.4, 0.3);
        assertThat(Ort.correct(graph, all) / 240.0).isEqualTo((Double) record.get("testAccuracy"));
        assertThat(folder.resolve("out/training.json")).isNotEmptyFile();
    }

    @Test
    void aJobOfSeveralStepsEndsInAnInt8FileOfTheSameAccuracy() throws Exception {
        Path yaml = folder.resolve("chain.yaml");
        Files.writeString(yaml, """
                graph: out/model.onnx
                teacher: out/model.onnx
                steps:
                  - {do: narrow, share: 0.7, unit: 2}
                  - {do: train, epochs: 3}
                  - {do: prune, share: 0.7, rounds: 2, unit: 2, blocks: true, epochs: 2}
                  - {do: qat, epochs: 2, rate: 0.005}
                output: logits
                data: {images: images, labels: labels, testImages: images, testLabels: labels, mean: 0.4, deviation: 0.3, validation: 60}
                training: {epochs: 2, batch: 30, rate: 0.05, schedule: cosine, momentum: 0.9, decay: 0.0005, seed: 3}
                threads: 1
                result: chain
                """);
        TrainingRunInProcess.run(job(4));
        Map<String, Object> record = TrainingRunInProcess.run(TrainingJob.read(yaml));
        assertThat((Double) record.get("testAccuracy")).isGreaterThan(0.9);
        assertThat(OnnxFile.read(folder.resolve("chain/model.onnx")).nodes("QuantizeLinear"))
                .isNotEmpty();
        assertThat(record).containsKeys("speedup", "bytes");
        assertThat(folder.resolve("chain/4-qat-post-training.onnx")).isNotEmptyFile();
        // Started again it walks through what is done and comes to the same end.
        assertThat(TrainingRunInProcess.run(TrainingJob.read(yaml)).get("testAccuracy"))
                .isEqualTo(record.get("testAccuracy"));
    }

    /** Without a child, where nothing about the child is tested. */
    private static final class TrainingRunInProcess {
        static Map<String, Object> run(TrainingJob job) {
            return TrainingRun.run(job, TrainingListener.SILENT);
        }
    }

    @Test
    void aKilledChildIsReportedAndTheJobGoesOnFromItsCheckpoint() throws Exception {
        CountDownLatch second = new CountDownLatch(2);
        TrainingListener waiting = new TrainingListener() {
            @Override
            public void epoch(EpochReport report) {
                second.countDown();
            }
        };
        TrainingJob job = job(400);
        try (TrainingChild child = TrainingChild.start(job, TrainingChild.Limits.standard(), waiting)) {
            assertThat(second.await(120, TimeUnit.SECONDS)).isTrue();
            ProcessHandle.of(child.pid()).orElseThrow().destroyForcibly();
            CompletionException error = catchThrowableOfType(
                    CompletionException.class,
                    () -> child.result().orTimeout(60, TimeUnit.SECONDS).join());
            assertThat(((TrainingException) error.getCause()).code()).isEqualTo(Code.CHILD_DIED);
            assertThat(error.getCause()).hasMessageContaining("signal 9");
        }
        AtomicInteger first = new AtomicInteger();
        TrainingListener cancelling = new TrainingListener() {
            @Override
            public void epoch(EpochReport report) {
                first.compareAndSet(0, report.epoch());
            }

            @Override
            public boolean cancelled() {
                return first.get() > 0;
            }
        };
        try (TrainingChild child = TrainingChild.start(job, TrainingChild.Limits.standard(), cancelling)) {
            CompletionException error = catchThrowableOfType(
                    CompletionException.class,
                    () -> child.result().orTimeout(120, TimeUnit.SECONDS).join());
            assertThat(((TrainingException) error.getCause()).code()).isEqualTo(Code.CANCELLED);
        }
        assertThat(first).as("it went on after the epochs of the killed one").hasValueGreaterThan(1);
    }

    @Test
    void whatIsWrongInTheChildArrivesHereWithItsCode() throws Exception {
        Files.writeString(folder.resolve("images"), "no images");
        try (TrainingChild child =
                TrainingChild.start(job(1), TrainingChild.Limits.standard(), TrainingListener.SILENT)) {
            CompletionException error = catchThrowableOfType(
                    CompletionException.class,
                    () -> child.result().orTimeout(60, TimeUnit.SECONDS).join());
            assertThat(((TrainingException) error.getCause()).code()).isEqualTo(Code.DATA_INVALID);
            assertThat(error.getCause()).hasMessageContaining("images");
        }
    }

    @Test
    void aChildThatPassesItsMemoryLimitIsEnded() throws Exception {
        try (TrainingChild child =
                TrainingChild.start(job(100_000), new TrainingChild.Limits(256, 60), TrainingListener.SILENT)) {
            CompletionException error = catchThrowableOfType(
                    CompletionException.class,
                    () -> child.result().orTimeout(120, TimeUnit.SECONDS).join());
            assertThat(((TrainingException) error.getCause()).code()).isEqualTo(Code.CHILD_DIED);
            assertThat(error.getCause()).hasMessageContaining("limit is 60 MB");
        }
    }
}
