package dev.edgewright.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.FashionNet;
import dev.edgewright.compression.SampleData;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.evaluation.Evaluator;
import dev.edgewright.compression.evaluation.SaturationCost;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.recipe.StepParameters;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SaturationTest {

    @TempDir
    static Path folder;

    private static DataSource data;
    private static Graph original;
    private static Graph plain;
    private static Graph safe;

    @BeforeAll
    static void quantize() throws IOException {
        data = SampleData.write(folder, 64);
        PassContext context = PassContext.of(1, data.calibration());
        original = Cleanup.all().apply(FashionNet.residual(), context).graph();
        plain = Recipe.techniques()
                .get("int8-static")
                .pass(StepParameters.none("int8-static"))
                .apply(original, context)
                .graph();
        safe = new SaturationFree().apply(plain, context).graph();
    }

    @Test
    void exactArithmeticIsWhatTheQuantisedGraphSays() {
        Map<String, Tensor> feeds = data.validation().first(8).inputs();
        float[] here = emulated(plain, false, feeds);
        try (ModelSession session = ModelSession.open(plain, SessionSettings.literal())) {
            float[] there = session.run(feeds).get("logits").toFloats();
            assertThat(distance(here, there)).isLessThan(2e-3);
        }
    }

    @Test
    void theSafeFileComputesTheSameWithAndWithoutVnni() {
        Map<String, Tensor> feeds = data.validation().first(8).inputs();
        assertThat(emulated(safe, true, feeds)).isEqualTo(emulated(safe, false, feeds));
        assertThat(emulated(plain, true, feeds)).isNotEqualTo(emulated(plain, false, feeds));
    }

    @Test
    void theSafeFileStaysCloseToTheFloatModel() {
        Map<String, Tensor> feeds = data.validation().first(8).inputs();
        try (ModelSession session = ModelSession.open(original, SessionSettings.single())) {
            float[] floats = session.run(feeds).get("logits").toFloats();
            assertThat(distance(emulated(safe, true, feeds), floats)).isLessThan(0.15);
        }
    }

    @Test
    void theSafeFileFusesLikeThePlainOne() {
        Path out = folder.resolve("optimized.onnx");
        ModelSession.open(safe, SessionSettings.single().withOptimizedModel(out))
                .close();
        assertThat(OnnxFile.read(out).toText()).contains("QLinearConv", "QGemm").doesNotContain("FusedConv", " Conv(");
    }

    @Test
    void whatTheWrongFileWouldCostIsMeasured() {
        try (ModelSession session = ModelSession.open(original, SessionSettings.single())) {
            Evaluator.Original reference = new Evaluator(data.validation(), data.task(), 16).original(session);
            SaturationCost cost = SaturationCost.of(safe, data.validation(), data.task(), reference.reference(), 16);
            assertThat(cost.lost()).isZero();
            assertThat(cost.exact().cosine()).isGreaterThan(0.98);
        }
    }

    /** The kernel against the definition, written out. */
    @Property(tries = 100)
    void sumsOfTwoProductsStopAtSixteenBits(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int inputs, @ForAll boolean saturating) {
        Random random = new Random(seed);
        byte[] codes = new byte[inputs * 3];
        random.nextBytes(codes);
        Int8Layer layer = new Int8Layer(
                dev.edgewright.compression.graph.Node.of(
                        "MatMul", "m", java.util.List.of("x", "w"), java.util.List.of("y")),
                null,
                null,
                codes,
                new long[] {inputs, 3},
                new float[] {1});
        int[] row = random.ints(inputs, 0, 256).toArray();
        int zeroPoint = random.nextInt(256);
        int[] sums = new int[3];
        new SaturatingKernel(layer, 0, 3, saturating).multiply(row, 0, zeroPoint, sums);
        for (int o = 0; o < 3; o++) {
            int expected = 0;
            for (int k = 0; k < inputs; k += 2) {
                int pair = row[k] * codes[k * 3 + o] + (k + 1 < inputs ? row[k + 1] * codes[(k + 1) * 3 + o] : 0);
                expected += saturating ? Math.max(-32768, Math.min(32767, pair)) : pair;
            }
            for (int k = 0; k < inputs; k++) {
                expected -= zeroPoint * codes[k * 3 + o];
            }
            assertThat(sums[o]).isEqualTo(expected);
        }
    }

    @Test
    void aFloatModelIsRefused() {
        assertThatThrownBy(() -> new SaturationFree().apply(original, PassContext.of(0)))
                .isInstanceOf(CompressionException.class)
                .hasMessageContaining("put int8-static before it");
        assertThatThrownBy(() -> new Int8Emulation(original, true)).hasMessageContaining("no int8 layers");
    }

    private static float[] emulated(Graph graph, boolean saturating, Map<String, Tensor> feeds) {
        try (Int8Emulation emulation = new Int8Emulation(graph, saturating)) {
            return emulation.run(feeds).get("logits").toFloats();
        }
    }

    /** Root of the squared distance over the squared length. */
    private static double distance(float[] a, float[] b) {
        double lost = 0;
        double total = 0;
        for (int i = 0; i < a.length; i++) {
            lost += (a[i] - b[i]) * (a[i] - b[i]);
            total += b[i] * b[i];
        }
        return Math.sqrt(lost / total);
    }
}
