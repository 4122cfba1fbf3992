package dev.edgewright.compression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompressorTest {

    private static final CompressionSettings QUICK =
            CompressionSettings.defaults().withLatency(Duration.ofMillis(300), 20);

    @TempDir
    Path folder;

    private Path model(Graph graph) {
        Path file = folder.resolve("model.onnx");
        OnnxFile.write(graph, file);
        return file;
    }

    @Test
    void convolutionsBecomeInt8AndAgreeWithTheOriginal() throws IOException {
        DataSource data = SampleData.write(folder.resolve("data"), 256);
        List<String> stages = new ArrayList<>();
        Compressor.Result result = new Compressor(QUICK)
                .compress(
                        model(FashionNet.residual()),
                        data,
                        Recipe.named("int8-static"),
                        folder.resolve("out"),
                        (stage, candidate, fraction) -> stages.add(stage));
        Candidate int8 = result.candidates().get(0);
        assertThat(int8.file()).exists();
        assertThat(int8.accuracy().orElseThrow().cosine()).isGreaterThan(0.995);
        assertThat(int8.bytes()).isLessThan(result.original().bytes() / 2);
        assertThat(int8.requiresIsa()).containsExactly("avx512_vnni|avx_vnni|amx_int8|neon");
        assertThat(int8.golden().cases()).hasSize(8);
        assertThat(int8.lineage()).anyMatch(line -> line.startsWith("int8-static: 5 layers"));
        assertThat(stages).startsWith("read", "clean-up", "int8-static").endsWith("compare", "done");
        assertThat(optimized(int8.file()).toText())
                .contains("QLinearConv", "QLinearAdd", "QLinearGlobalAveragePool", "QGemm")
                .doesNotContain("FusedConv", " Conv(");
    }

    @Test
    void theGivenModelAloneIsMeasuredAndNothingIsMade() throws IOException {
        Path given = model(FashionNet.residual());
        DataSource data = SampleData.write(folder.resolve("data"), 128);
        Candidate original = new Compressor(QUICK).measure(given, data, folder.resolve("out"), Progress.NONE);
        assertThat(original.file()).isEqualTo(given);
        assertThat(original.accuracy().orElseThrow().agreement()).isEqualTo(1);
        assertThat(original.latency().relative()).isEqualTo(1);
        assertThat(original.golden().cases()).hasSize(8);
        assertThat(folder.resolve("out").toFile().listFiles((dir, name) -> name.endsWith(".onnx")))
                .isEmpty();
    }

    @Test
    void denseLayersBecomeInt8() throws IOException {
        DataSource data = SampleData.write(folder.resolve("data"), 128);
        Compressor.Result result = new Compressor(QUICK)
                .compress(
                        model(FashionNet.dense()),
                        data,
                        Recipe.named("int8-static"),
                        folder.resolve("out"),
                        Progress.NONE);
        Candidate int8 = result.candidates().get(0);
        assertThat(int8.accuracy().orElseThrow().cosine()).isGreaterThan(0.995);
        assertThat(optimized(int8.file()).nodes().stream()
                        .filter(node -> node.op().equals("QGemm")))
                .hasSize(3);
    }

    @Test
    void theSameInputsGiveTheSameBytes() throws IOException {
        DataSource data = SampleData.write(folder.resolve("data"), 64);
        Path model = model(FashionNet.residual());
        Recipe recipe = Recipe.named("int8-static");
        Compressor compressor = new Compressor(QUICK);
        Path a = compressor
                .compress(model, data, recipe, folder.resolve("a"), Progress.NONE)
                .candidates()
                .get(0)
                .file();
        Path b = compressor
                .compress(model, data, recipe, folder.resolve("b"), Progress.NONE)
                .candidates()
                .get(0)
                .file();
        assertThat(Files.readAllBytes(a)).isEqualTo(Files.readAllBytes(b));
    }

    @Test
    void cleanUpAloneNeedsNoData() {
        Compressor.Result result = new Compressor(QUICK)
                .compress(
                        model(FashionNet.residual()), null, Recipe.named("fp32"), folder.resolve("out"), Progress.NONE);
        Candidate fp32 = result.candidates().get(0);
        assertThat(fp32.accuracy()).isEmpty();
        assertThat(fp32.requiresIsa()).isEmpty();
        assertThat(fp32.lineage())
                .startsWith(
                        "fold-batch-norm: folded 3 into the layers before them",
                        "dead-code: removed 0 unread nodes and 15 unread initialisers");
    }

    @Test
    void fixedBatchesAreServed() throws IOException {
        DataSource data = SampleData.write(folder.resolve("data"), 50);
        Compressor.Result result = new Compressor(QUICK)
                .compress(
                        model(FashionNet.residual(4)),
                        data,
                        Recipe.named("int8-static"),
                        folder.resolve("out"),
                        Progress.NONE);
        assertThat(result.candidates().get(0).accuracy().orElseThrow().samples())
                .isEqualTo(38);
    }

    private Graph optimized(Path file) {
        Path out = folder.resolve("optimized.onnx");
        try (ModelSession session =
                ModelSession.open(file, SessionSettings.single().withOptimizedModel(out))) {
            assertThat(session.outputs()).isNotEmpty();
        }
        return OnnxFile.read(out);
    }
}
