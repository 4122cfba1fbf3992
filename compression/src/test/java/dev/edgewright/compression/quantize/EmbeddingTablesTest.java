package dev.edgewright.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.OptimizedModel;
import dev.edgewright.compression.runtime.SessionSettings;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Embedding tables in int8: what is written, what it computes, which tables stay. */
class EmbeddingTablesTest {

    private static final int WORDS = 600;
    private static final int WIDTH = 32;

    /** Rows of very different sizes, as in trained tables: rare words stay near where they began. */
    private static float[] rows(long seed) {
        Random random = new Random(seed);
        float[] values = new float[WORDS * WIDTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * Math.pow(4, i / WIDTH % 4) * 0.01);
        }
        return values;
    }

    private static GraphBuilder words() {
        GraphBuilder net = GraphBuilder.named("words");
        net.input("ids", ElementType.INT64, "N", "T");
        net.floats("table", rows(1), WORDS, WIDTH);
        return net;
    }

    private static Graph lookup() {
        GraphBuilder net = words();
        String y = net.op("Gather", List.of("table", "ids"));
        return net.output(y, "y", ElementType.FLOAT, "N", "T", WIDTH).build();
    }

    private static PassResult apply(Graph graph) {
        return new EmbeddingTables().apply(graph, PassContext.of(0));
    }

    private static Map<String, Tensor> ids(long... ids) {
        return Map.of("ids", Tensor.ofLongs("ids", ids, 1, ids.length));
    }

    private static float[] run(Graph graph, Map<String, Tensor> feeds) {
        try (ModelSession session = ModelSession.open(graph, SessionSettings.single())) {
            return session.run(feeds).get("y").toFloats();
        }
    }

    @Test
    void codesAreLookedUpAndOnlyTheirRowsBecomeFloats() {
        PassResult result = apply(lookup());
        assertThat(result.lineage())
                .containsExactly("int8-tables: 1 tables with a scale for each row, 55200 bytes saved");
        assertThat(result.graph().toText()).isEqualTo("""
                graph words {onnx 17}
                  in   ids: int64[N,T]
                  init table_quantized: int8[600,32]
                  init table_scale: float[600,1]
                  y_codes = Gather(table_quantized, ids)
                  y_scales = Gather(table_scale, ids)
                  y_float = Cast(y_codes) {to=1}
                  y = Mul(y_float, y_scales)
                  out  y: float[N,T,32]
                """);
    }

    @Test
    void everyRowIsWithinHalfAStepOfItsOwn() {
        Graph graph = lookup();
        long[] all = new long[WORDS];
        java.util.Arrays.setAll(all, i -> i);
        float[] want = run(graph, ids(all));
        float[] got = run(apply(graph).graph(), ids(all));
        for (int row = 0; row < WORDS; row++) {
            float largest = 0;
            for (int i = 0; i < WIDTH; i++) {
                largest = Math.max(largest, Math.abs(want[row * WIDTH + i]));
            }
            for (int i = 0; i < WIDTH; i++) {
                assertThat(got[row * WIDTH + i]).isCloseTo(want[row * WIDTH + i], within(largest / 127 * 0.501f));
            }
        }
    }

    @Test
    void negativeIdsCountFromTheEnd() {
        Graph coded = apply(lookup()).graph();
        assertThat(run(coded, ids(-1, -WORDS))).isEqualTo(run(coded, ids(WORDS - 1, 0)));
    }

    @Test
    void onnxRuntimeKeepsTheCodesAndTurnsNoTableIntoFloats() {
        Graph optimized = OptimizedModel.of(apply(lookup()).graph());
        assertThat(optimized.initializers().values())
                .filteredOn(tensor -> tensor.elements() >= WORDS * WIDTH)
                .extracting(Tensor::type)
                .containsExactly(ElementType.INT8);
    }

    @Test
    void twoLookupsShareTheCodes() {
        GraphBuilder net = words();
        net.input("others", ElementType.INT64, "N", "T");
        String sum = net.add(net.op("Gather", List.of("table", "ids")), net.op("Gather", List.of("table", "others")));
        Graph graph = apply(
                        net.output(sum, "y", ElementType.FLOAT, "N", "T", WIDTH).build())
                .graph();
        assertThat(graph.initializers().keySet()).containsExactly("table_quantized", "table_scale");
        assertThat(graph.nodes("Gather")).hasSize(4);
        Tensor one = Tensor.ofLongs("ids", new long[] {3, 4}, 1, 2);
        assertThat(run(graph, Map.of("ids", one, "others", one.withName("others"))))
                .hasSize(2 * WIDTH);
    }

    @Test
    void aTableThatIsAlsoAWeightStaysWhileTheWeightDoes() {
        GraphBuilder net = words();
        String x = net.op("Gather", List.of("table", "ids"));
        String row = net.op("ReduceSum", List.of(x, net.longs("axes", 1)), Attribute.ofInt("keepdims", 0));
        String y = net.op("Gemm", List.of(row, "table"), Attribute.ofInt("transB", 1));
        Graph tied = net.output(y, "y", ElementType.FLOAT, "N", WORDS).build();
        PassResult alone = apply(tied);
        assertThat(alone.changed()).isFalse();
        assertThat(alone.notes()).containsExactly("int8-tables: table table stays float, more than lookups read it");

        Graph both = Recipe.named("int8-dynamic")
                .passes()
                .get(0)
                .apply(tied, PassContext.of(0))
                .graph();
        assertThat(both.initializers()).doesNotContainKey("table");
        assertThat(both.weightBytes()).isLessThan(tied.weightBytes() * 6 / 10);
        float[] want = run(tied, ids(1, 2, 3));
        float[] got = run(both, ids(1, 2, 3));
        double error = 0;
        double norm = 0;
        for (int i = 0; i < want.length; i++) {
            error += (want[i] - got[i]) * (want[i] - got[i]);
            norm += want[i] * want[i];
        }
        assertThat(Math.sqrt(error / norm)).isLessThan(0.02);
    }

    @Test
    void smallTablesAndOtherAxesStay() {
        GraphBuilder net = GraphBuilder.named("small");
        net.input("ids", ElementType.INT64, "N", "T");
        net.floats("kinds", new float[64], 2, 32);
        net.floats("columns", rows(2), WORDS, WIDTH);
        net.output(net.op("Gather", List.of("kinds", "ids")), "a", ElementType.FLOAT, "N", "T", 32);
        String b = net.op("Gather", List.of("columns", "ids"), Attribute.ofInt("axis", 1));
        PassResult result =
                apply(net.output(b, "b", ElementType.FLOAT, WORDS, "N", "T").build());
        assertThat(result.changed()).isFalse();
        assertThat(result.notes()).containsExactly();
    }

    @Test
    void sameInputSameBytesAndTheRecipeCanLeaveTablesAlone() {
        assertThat(OnnxFile.toBytes(apply(lookup()).graph()))
                .isEqualTo(OnnxFile.toBytes(apply(lookup()).graph()));
        Recipe without = Recipe.parse("steps: [int8-dynamic: {tables: false}]");
        assertThat(without.passes().get(0).apply(lookup(), PassContext.of(0)).changed())
                .isFalse();
    }

    @Test
    void aTableThatIsNotFiniteIsNamed() {
        GraphBuilder net = words();
        float[] values = rows(1);
        values[70] = Float.NaN;
        net.set("table", values);
        String y = net.op("Gather", List.of("table", "ids"));
        Graph graph = net.output(y, "y", ElementType.FLOAT, "N", "T", WIDTH).build();
        assertThatThrownBy(() -> apply(graph))
                .isInstanceOf(CompressionException.class)
                .hasMessageContaining("table holds NaN at element 70");
    }
}
