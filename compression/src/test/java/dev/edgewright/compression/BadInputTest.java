package dev.edgewright.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.recipe.Recipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each way a model or its data can be wrong, with the answer it gets. */
class BadInputTest {

    @TempDir
    Path folder;

    private static void refuses(ThrowingCallable call, Code code, String... words) {
        assertThatThrownBy(call).isInstanceOfSatisfying(CompressionException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            for (String word : words) {
                assertThat(e.getMessage()).contains(word);
            }
        });
    }

    private Path save(Graph graph) {
        Path file = folder.resolve("model.onnx");
        OnnxFile.write(graph, file);
        return file;
    }

    /** Float samples [samples, width] as NPY under data.yaml, unlabelled. */
    private DataSource data(int samples, int width, IntToDoubleFunction value) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(samples * width * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < samples * width; i++) {
            bytes.putFloat((float) value.applyAsDouble(i));
        }
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + samples + ", " + width + "), }";
        header = header + " ".repeat(64 - (10 + header.length() + 1) % 64) + "\n";
        try (var out = Files.newOutputStream(folder.resolve("x.npy"))) {
            out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0});
            out.write(header.getBytes(StandardCharsets.US_ASCII));
            out.write(bytes.array());
        }
        Files.writeString(folder.resolve("data.yaml"), "inputs:\n  x: {file: x.npy}\n");
        return DataSource.open(folder);
    }

    private static Graph dense(Object batch) {
        GraphBuilder net = GraphBuilder.named("dense").seed(1);
        String x = net.input("x", ElementType.FLOAT, batch, 8);
        x = net.relu(net.gemm(x, "fc1", 8, 16));
        return net.output(net.gemm(x, "fc2", 16, 4), "y", ElementType.FLOAT, batch, 4)
                .build();
    }

    private Candidate int8(Graph graph, DataSource data) {
        CompressionSettings quick = CompressionSettings.defaults().withLatency(Duration.ofMillis(50), 5);
        return new Compressor(quick)
                .compress(save(graph), data, Recipe.named("int8-static"), folder.resolve("out"), Progress.NONE)
                .candidates()
                .get(0);
    }

    private static double wave(int i) {
        return Math.sin(i * 0.7) * 2;
    }

    @Test
    void aGraphWithoutNodesIsEmpty() {
        GraphBuilder net = GraphBuilder.named("nothing");
        String x = net.input("x", ElementType.FLOAT, 1);
        Path file = save(net.output(x, "x", ElementType.FLOAT, 1).build());
        refuses(() -> Compressor.inspect(file), Code.MODEL_EMPTY);
    }

    @Test
    void anUnknownOperatorIsNamed() {
        GraphBuilder net = GraphBuilder.named("custom").opset("my.domain", 1);
        String y = net.op("my.domain", "Frobnicate", "f", List.of(net.input("x", ElementType.FLOAT, 2)));
        Path file = save(net.output(y, "y", ElementType.FLOAT, 2).build());
        refuses(() -> Compressor.inspect(file), Code.OPERATOR_UNKNOWN, "Frobnicate");
    }

    @Test
    void anOperatorSetFromTheFutureIsRefused() {
        Graph graph = dense("N").edit().setOpset("", 99).build();
        Path file = save(graph);
        refuses(() -> Compressor.inspect(file), Code.OPSET_UNSUPPORTED);
    }

    @Test
    void symbolicBatchAndFixedBatchBothWork() throws IOException {
        assertThat(int8(dense("N"), data(20, 8, BadInputTest::wave))
                        .accuracy()
                        .orElseThrow()
                        .cosine())
                .isGreaterThan(0.99);
        assertThat(int8(dense(3), data(20, 8, BadInputTest::wave))
                        .accuracy()
                        .orElseThrow()
                        .samples())
                .isEqualTo(20);
    }

    @Test
    void aModelWithoutInitialisersHasNothingToQuantise() throws IOException {
        GraphBuilder net = GraphBuilder.named("none");
        String x = net.input("x", ElementType.FLOAT, "N", 8);
        Candidate candidate =
                int8(net.output(net.relu(x), "y", ElementType.FLOAT, "N", 8).build(), data(8, 8, BadInputTest::wave));
        assertThat(candidate.notes()).anyMatch(note -> note.contains("no Conv, Gemm or MatMul"));
        assertThat(candidate.fasterThanOriginal()).isIn(true, false);
    }

    @Test
    void sharedInitialisersServeBothLayers() throws IOException {
        GraphBuilder net = GraphBuilder.named("shared").seed(1);
        String x = net.input("x", ElementType.FLOAT, "N", 8);
        String w = net.floats("w", weights(64), 8, 8);
        String y = net.op("MatMul", List.of(net.relu(net.op("MatMul", List.of(x, w))), w));
        Candidate candidate =
                int8(net.output(y, "y", ElementType.FLOAT, "N", 8).build(), data(16, 8, BadInputTest::wave));
        assertThat(candidate.accuracy().orElseThrow().cosine()).isGreaterThan(0.99);
    }

    private static float[] weights(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) Math.sin(i) * 0.5f;
        }
        return values;
    }

    @Test
    void weightsInConstantNodesAreFound() throws IOException {
        GraphBuilder net = GraphBuilder.named("constant").seed(1);
        String x = net.input("x", ElementType.FLOAT, "N", 8);
        net.node(Node.of(
                "Constant",
                "w",
                List.of(),
                List.of("w"),
                Attribute.ofTensor("value", Tensor.ofFloats("", weights(32), 8, 4))));
        Candidate candidate = int8(
                net.output(net.op("MatMul", List.of(x, "w")), "y", ElementType.FLOAT, "N", 4)
                        .build(),
                data(16, 8, BadInputTest::wave));
        assertThat(candidate.lineage()).anyMatch(line -> line.startsWith("int8-static: 1 layers"));
    }

    @Test
    void weightsThatAreNotFiniteAreNamed() throws IOException {
        Graph graph = dense("N");
        Tensor weight = graph.initializer("fc2.weight").orElseThrow();
        float[] values = weight.toFloats();
        values[5] = Float.NaN;
        Graph broken = graph.edit().put(weight.withFloats(values)).build();
        assertThat(Compressor.inspect(save(broken)).notes()).containsExactly("weight fc2.weight holds NaN or infinity");
        DataSource data = data(8, 8, BadInputTest::wave);
        refuses(() -> int8(broken, data), Code.WEIGHTS_NOT_FINITE, "fc2.weight");
    }

    @Test
    void dataThatIsNotFiniteNamesTheSample() throws IOException {
        DataSource data = data(8, 8, i -> i == 29 ? Double.POSITIVE_INFINITY : wave(i));
        refuses(() -> int8(dense("N"), data), Code.DATA_NOT_FINITE, "sample 3");
    }

    @Test
    void constantActivationsGetAScale() throws IOException {
        Candidate candidate = int8(dense("N"), data(8, 8, i -> 0));
        assertThat(candidate.file()).exists();
    }

    @Test
    void allNegativeRangesKeepZero() throws IOException {
        Candidate candidate = int8(dense("N"), data(32, 8, i -> -1 - Math.abs(wave(i))));
        assertThat(candidate.accuracy().orElseThrow().cosine()).isGreaterThan(0.99);
    }

    @Test
    void oneCalibrationSampleIsEnoughToRun() throws IOException {
        assertThat(int8(dense("N"), data(1, 8, BadInputTest::wave))
                        .accuracy()
                        .orElseThrow()
                        .samples())
                .isEqualTo(1);
    }

    @Test
    void labelsOutOfRangeNameTheSample() throws IOException {
        data(4, 8, BadInputTest::wave);
        Files.write(folder.resolve("labels.idx"), new byte[] {0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 7, 2});
        Files.writeString(
                folder.resolve("data.yaml"), "inputs:\n  x: {file: x.npy}\nlabels: {file: labels.idx}\nmetric: top1\n");
        refuses(
                () -> int8(dense("N"), DataSource.open(folder)),
                Code.LABEL_OUT_OF_RANGE,
                "sample 2",
                "label 7",
                "4 classes");
    }

    @Test
    void aQuantisedModelIsNotQuantisedAgain() throws IOException {
        DataSource data = data(16, 8, BadInputTest::wave);
        Graph once = OnnxFile.read(int8(dense("N"), data).file());
        refuses(() -> int8(once, data), Code.ALREADY_QUANTIZED);
    }

    @Test
    void dataForAnotherModelIsRefused() throws IOException {
        DataSource data = data(8, 5, BadInputTest::wave);
        refuses(() -> int8(dense("N"), data), Code.DATA_INVALID, "wants [N,8]", "gives [1,5]");
    }

    @Test
    void staticInt8WithoutDataSaysSo() {
        refuses(() -> int8(dense("N"), null), Code.DATA_REQUIRED);
    }

    @Test
    void unknownKeysAndEscapingFilesInDataAreRefused() throws IOException {
        Files.writeString(folder.resolve("data.yaml"), "inputs:\n  x: {fiel: x.npy}\n");
        refuses(() -> DataSource.open(folder), Code.DATA_INVALID, "fiel", "file");
        Files.writeString(folder.resolve("data.yaml"), "inputs:\n  x: {file: ../x.npy}\n");
        refuses(() -> DataSource.openConfined(folder), Code.DATA_INVALID, "outside");
    }
}
