package dev.edgewright.training.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.data.SplitSamples;
import dev.edgewright.training.trainer.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on what a data.yaml describes: several inputs, whole numbers, classes, targets, or nothing but a teacher. */
class DataYamlTrainingTest {

    private static final int SAMPLES = 400;
    private static final int WORDS = 12;

    @TempDir
    Path folder;

    /** Token ids [5] and a float [2]; the class is 1 when the low ids outweigh, shifted by the first float. */
    private void writeTwoInputs() throws IOException {
        Random random = new Random(4);
        long[] ids = new long[SAMPLES * 5];
        float[] extra = new float[SAMPLES * 2];
        long[] classes = new long[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            int low = 0;
            for (int w = 0; w < 5; w++) {
                ids[i * 5 + w] = random.nextInt(WORDS);
                low += ids[i * 5 + w] < WORDS / 2 ? 1 : -1;
            }
            extra[i * 2] = random.nextBoolean() ? 2 : -2;
            extra[i * 2 + 1] = random.nextFloat();
            classes[i] = low + extra[i * 2] > 0 ? 1 : 0;
        }
        Npy.longs(folder.resolve("ids.npy"), ids, SAMPLES, 5);
        Npy.floats(folder.resolve("extra.npy"), extra, SAMPLES, 2);
        Npy.longs(folder.resolve("classes.npy"), classes, SAMPLES);
    }

    private void yaml(String rest) throws IOException {
        Files.writeString(
                folder.resolve("data.yaml"),
                "inputs:\n  ids: {file: ids.npy}\n  extra: {file: extra.npy}\n" + rest
                        + "splits: {train: 0..300, validation: 300..350, test: 350..400}\n");
    }

    private void writeEmbeddingGraph(String name, int width, long seed) {
        GraphBuilder net = GraphBuilder.named("words").opset(20).seed(seed);
        String ids = net.input("ids", ElementType.INT64, "N", 5);
        String extra = net.input("extra", ElementType.FLOAT, "N", 2);
        float[] table = new float[WORDS * width];
        Random random = new Random(seed);
        for (int i = 0; i < table.length; i++) {
            table[i] = (float) random.nextGaussian() * 0.3f;
        }
        net.constant(Tensor.ofFloats("table", table, WORDS, width));
        String words = net.op("Gather", List.of("table", ids));
        String flat = net.flatten(words);
        String joined = net.concat(1, flat, extra);
        String hidden = net.relu(net.gemm(joined, "hidden", 5 * width + 2, 16));
        String logits = net.gemm(hidden, "head", 16, 2);
        OnnxFile.write(net.output(logits, "logits", ElementType.FLOAT, "N", 2).build(), folder.resolve(name));
    }

    private Map<String, Object> run(String job) throws IOException {
        Files.writeString(folder.resolve("job.yaml"), job);
        return TrainingRun.run(TrainingJob.read(folder.resolve("job.yaml")), TrainingListener.SILENT);
    }

    private static final String HOW =
            "training: {epochs: 12, batch: 25, rate: 0.02, optimizer: adamw, schedule: one-cycle, seed: 3}\nthreads: 1\n";

    @Test
    void tokenIdsAndFloatsTrainTogetherOnClasses() throws IOException {
        writeTwoInputs();
        yaml("labels: {file: classes.npy}\n");
        writeEmbeddingGraph("words.onnx", 4, 7);
        Map<String, Object> record = run("graph: words.onnx\ndata: {source: .}\nresult: out\n" + HOW);
        assertThat((double) record.get("testAccuracy")).isGreaterThan(0.85);
        assertThat(record).containsEntry("testSamples", 50);
        assertThat(folder.resolve("out/report.html")).content().contains("<h1>Training</h1>");
        float[] before = OnnxFile.read(folder.resolve("words.onnx"))
                .initializers()
                .get("table")
                .toFloats();
        float[] after = OnnxFile.read(folder.resolve("out/model.onnx"))
                .initializers()
                .get("table")
                .toFloats();
        assertThat(after).as("the embedding table trains through Gather").isNotEqualTo(before);
    }

    @Test
    void aTeacherAloneTeachesOnSeveralInputsWithoutLabels() throws IOException {
        writeTwoInputs();
        yaml("");
        writeEmbeddingGraph("teacher.onnx", 4, 7);
        writeEmbeddingGraph("student.onnx", 3, 8);
        Map<String, Object> record = run(
                "graph: student.onnx\nteacher: teacher.onnx\ndistillation: {match: values}\ndata: {source: .}\nresult: out\n"
                        + HOW.replace("epochs: 12", "epochs: 40"));
        assertThat((double) record.get("validationCosine")).isGreaterThan(0.6);
        assertThat((double) record.get("testCosine")).isGreaterThan(0.6);
        assertThat(record).doesNotContainKey("validationAccuracy");
    }

    @Test
    void targetsAreComeNearTo() throws IOException {
        Random random = new Random(5);
        float[] x = new float[SAMPLES * 3];
        float[] y = new float[SAMPLES * 2];
        for (int i = 0; i < SAMPLES; i++) {
            for (int f = 0; f < 3; f++) {
                x[i * 3 + f] = random.nextFloat() - 0.5f;
            }
            y[i * 2] = 2 * x[i * 3] - x[i * 3 + 1];
            y[i * 2 + 1] = x[i * 3 + 2] * x[i * 3 + 2];
        }
        Npy.floats(folder.resolve("x.npy"), x, SAMPLES, 3);
        Npy.floats(folder.resolve("y.npy"), y, SAMPLES, 2);
        Files.writeString(folder.resolve("data.yaml"), """
                inputs: {x: {file: x.npy}}
                labels: {file: y.npy}
                metric: rmse
                splits: {train: 0..300, validation: 300..350, test: 350..400}
                """);
        GraphBuilder net = GraphBuilder.named("curve").opset(20).seed(2);
        String in = net.input("x", ElementType.FLOAT, "N", 3);
        String out = net.gemm(net.relu(net.gemm(in, "hidden", 3, 24)), "head", 24, 2);
        OnnxFile.write(net.output(out, "out", ElementType.FLOAT, "N", 2).build(), folder.resolve("curve.onnx"));
        Map<String, Object> record = run("graph: curve.onnx\ndata: {source: .}\nresult: out\n" + HOW);
        assertThat((double) record.get("testSquaredError")).isLessThan(0.02);
    }

    @Test
    void dataWithoutATrainingSplitSaysWhatToAdd() throws IOException {
        writeTwoInputs();
        Files.writeString(folder.resolve("data.yaml"), "inputs: {ids: {file: ids.npy}}\nsplits: {validation: 0..10}\n");
        writeEmbeddingGraph("words.onnx", 4, 7);
        TrainingException error = catchThrowableOfType(
                TrainingException.class, () -> run("graph: words.onnx\ndata: {source: .}\nresult: out\n" + HOW));
        assertThat(error.code()).isEqualTo(Code.DATA_INVALID);
        assertThat(error).hasMessageContaining("split 'train'").hasMessageContaining("data.yaml");
    }

    @Test
    void validationSamplesThatAreAlsoTrainedOnAreRefused() throws IOException {
        writeTwoInputs();
        Files.writeString(folder.resolve("data.yaml"), """
                inputs: {ids: {file: ids.npy}, extra: {file: extra.npy}}
                labels: {file: classes.npy}
                splits: {train: 0..350, validation: 300..350}
                """);
        writeEmbeddingGraph("words.onnx", 4, 7);
        TrainingException error = catchThrowableOfType(
                TrainingException.class, () -> run("graph: words.onnx\ndata: {source: .}\nresult: out\n" + HOW));
        assertThat(error.code()).isEqualTo(Code.DATA_INVALID);
        assertThat(error).hasMessageContaining("100 %").hasMessageContaining("overlap");
    }

    @Test
    void anInputThatNothingFillsIsNamed() throws IOException {
        writeTwoInputs();
        Files.writeString(folder.resolve("data.yaml"), """
                inputs: {ids: {file: ids.npy}}
                labels: {file: classes.npy}
                splits: {train: 0..300, validation: 300..400}
                """);
        writeEmbeddingGraph("words.onnx", 4, 7);
        TrainingException error = catchThrowableOfType(
                TrainingException.class, () -> run("graph: words.onnx\ndata: {source: .}\nresult: out\n" + HOW));
        assertThat(error.code()).isEqualTo(Code.DATA_INVALID);
        assertThat(error).hasMessageContaining("[extra]").hasMessageContaining("ids [5]");
    }

    @Test
    void aKeyThatNobodyKnowsIsNamedWithItsLine() throws IOException {
        Files.writeString(folder.resolve("job.yaml"), "graph: a.onnx\ntrainning: {epochs: 1}\n");
        TrainingException error =
                catchThrowableOfType(TrainingException.class, () -> TrainingJob.read(folder.resolve("job.yaml")));
        assertThat(error.code()).isEqualTo(Code.SETTINGS_INVALID);
        assertThat(error)
                .hasMessageContaining("near line")
                .hasMessageContaining("trainning")
                .hasMessageContaining("training");
    }

    @Test
    void samplesInMemoryAreThoseOfTheFile() throws IOException {
        float[] values = new float[70_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i < 60 ? i % 3 : i * 0.25f; // few distinct values first, then more than codes of two bytes name
        }
        Npy.floats(folder.resolve("x.npy"), values, 70_000 / 7, 7);
        Files.writeString(folder.resolve("data.yaml"), "inputs: {x: {file: x.npy}}\nsplits: {train: 0..10000}\n");
        var split = dev.edgewright.compression.data.DataSource.open(folder)
                .split("train")
                .orElseThrow();
        SplitSamples samples = SplitSamples.load(split, null);
        float[] back = new float[values.length];
        for (int i = 0; i < samples.size(); i++) {
            samples.read(i, back, i * 7);
        }
        assertThat(back).isEqualTo(values);
        assertThat(samples.digest())
                .isEqualTo(SplitSamples.load(split, null).digest())
                .isNotEqualTo(SplitSamples.load(split.limit(9999), null).digest());
    }
}
