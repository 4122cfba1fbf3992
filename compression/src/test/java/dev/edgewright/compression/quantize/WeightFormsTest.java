package dev.edgewright.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.FashionNet;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dynamic int8, weights in blocks, and fp16 storage: what they compute, what runs, what they refuse. */
class WeightFormsTest {

    private static final Graph DENSE = FashionNet.dense();

    @TempDir
    Path folder;

    @Test
    void dynamicInt8RunsFusedAndAgrees() {
        Graph dynamic = apply(new DynamicInt8(true));
        assertThat(cosine(DENSE, dynamic)).isGreaterThan(0.999);
        assertThat(optimized(dynamic).toText())
                .contains("DynamicQuantizeMatMul")
                .doesNotContain(" Gemm(");
        assertThat(dynamic.weightBytes()).isLessThan(DENSE.weightBytes() / 3);
    }

    @Test
    void productsOfOneValueShareItsQuantisation() {
        GraphBuilder net = GraphBuilder.named("shared").seed(2);
        String x = net.input("x", ElementType.FLOAT, "N", 32);
        String sum = net.add(net.matMul(x, "a", 32, 8), net.matMul(x, "b", 32, 8));
        Graph graph = net.output(sum, "y", ElementType.FLOAT, "N", 8).build();
        Graph dynamic = new DynamicInt8(false).apply(graph, PassContext.of(0)).graph();
        assertThat(dynamic.nodes("DynamicQuantizeLinear")).hasSize(1);
    }

    @Test
    void weightsInBlocksAgree() {
        assertThat(cosine(DENSE, apply(new WeightOnly(8, 32, 0)))).isGreaterThan(0.9999);
        assertThat(cosine(DENSE, apply(new WeightOnly(4, 32, 0)))).isGreaterThan(0.98);
        Graph four = apply(new WeightOnly(4, 16, 4));
        assertThat(cosine(DENSE, four)).isGreaterThan(0.98);
        assertThat(four.weightBytes()).isLessThan(DENSE.weightBytes() / 4);
    }

    @Test
    void halvesAreStoredAndComputedAsFloats() {
        Graph half = apply(new HalfStorage());
        assertThat(cosine(DENSE, half)).isGreaterThan(0.99999);
        assertThat(half.weightBytes()).isLessThan(DENSE.weightBytes() * 51 / 100);
        assertThat(optimized(half).nodes("Cast")).isEmpty();
    }

    @Property(tries = 300)
    void halvesAreTheNearest(
            @ForAll @FloatRange(min = -70000, max = 70000) float wide,
            @ForAll @FloatRange(min = -1, max = 1) float narrow) {
        for (float value : new float[] {wide, narrow / 1000}) {
            byte[] bytes = {(byte) HalfStorage.half(value), (byte) (HalfStorage.half(value) >> 8)};
            float back = Tensor.ofRaw("h", ElementType.FLOAT16, new long[] {1}, bytes)
                    .toFloats()[0];
            if (Math.abs(value) >= 65520) {
                assertThat(back).isInfinite();
            } else {
                double step = Math.max(Math.ulp(value) * 8192.0, Math.pow(2, -24));
                assertThat(Math.abs((double) back - value)).isLessThanOrEqualTo(step / 2);
            }
        }
    }

    @Test
    void whatIsTooLargeForHalvesStays() {
        Graph graph = product(70000);
        assertThat(new HalfStorage().apply(graph, PassContext.of(0)).notes())
                .containsExactly("fp16-storage: a.weight stays fp32, it holds 70000.0");
    }

    @Test
    void badWeightsAndParametersAreNamed() {
        Graph graph = product(Float.NaN);
        for (Pass pass : new Pass[] {new DynamicInt8(true), new WeightOnly(4, 16, 0), new HalfStorage()}) {
            assertThatThrownBy(() -> pass.apply(graph, PassContext.of(0)))
                    .isInstanceOf(CompressionException.class)
                    .hasMessageContaining("a.weight holds NaN");
        }
        assertThatThrownBy(() -> new WeightOnly(3, 32, 0)).hasMessageContaining("4 or 8 bits, not 3");
        assertThatThrownBy(() -> new WeightOnly(4, 24, 0)).hasMessageContaining("power of two from 16, not 24");
        assertThatThrownBy(() -> new DynamicInt8(true).apply(apply(new DynamicInt8(true)), PassContext.of(0)))
                .hasMessageContaining("quantised operators already");
    }

    private static Graph product(float weight) {
        GraphBuilder net = GraphBuilder.named("product").seed(2);
        String x = net.matMul(net.input("x", ElementType.FLOAT, "N", 32), "a", 32, 8);
        float[] values = new float[256];
        java.util.Arrays.fill(values, weight);
        net.set("a.weight", values);
        return net.output(x, "y", ElementType.FLOAT, "N", 8).build();
    }

    private static Graph apply(Pass pass) {
        return pass.apply(DENSE, PassContext.of(0)).graph();
    }

    private Graph optimized(Graph graph) {
        Path out = folder.resolve("optimized.onnx");
        ModelSession.open(graph, SessionSettings.single().withOptimizedModel(out))
                .close();
        return OnnxFile.read(out);
    }

    private static double cosine(Graph a, Graph b) {
        Random random = new Random(4);
        float[] image = new float[784];
        for (int i = 0; i < image.length; i++) {
            image[i] = (float) random.nextGaussian();
        }
        Map<String, Tensor> feeds = Map.of("image", Tensor.ofFloats("image", image, 1, 784));
        float[] x = run(a, feeds);
        float[] y = run(b, feeds);
        double dot = 0;
        double left = 0;
        double right = 0;
        for (int i = 0; i < x.length; i++) {
            dot += x[i] * y[i];
            left += x[i] * x[i];
            right += y[i] * y[i];
        }
        return dot / Math.sqrt(left * right);
    }

    private static float[] run(Graph graph, Map<String, Tensor> feeds) {
        try (ModelSession session = ModelSession.open(graph, SessionSettings.single())) {
            return session.run(feeds).get("logits").toFloats();
        }
    }
}
