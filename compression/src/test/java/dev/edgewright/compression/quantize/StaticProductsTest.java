package dev.edgewright.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.SampleData;
import dev.edgewright.compression.calibration.OutputProbe;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A transformer block with outliers that its skip connections carry along: products with calibrated ranges and factors for channels. */
class StaticProductsTest {

    private static final int TOKENS = 14;
    private static final int WIDTH = 64;
    private static final int HEADS = 4;

    @TempDir
    Path folder;

    private Split split;

    @BeforeEach
    void data() throws IOException {
        split = SampleData.write(folder, 64).calibration();
    }

    /**
     * A value of tokens with an outlier in two channels, self-attention, two products behind each other, and skip connections.
     *
     * @param root what scores are divided by
     */
    private static Graph block(float outlier, double root) {
        GraphBuilder net = GraphBuilder.named("block").opset(17).seed(9);
        String image = net.input("image", ElementType.FLOAT, "N", 784);
        String tokens = net.gemm(image, "embed", 784, TOKENS * WIDTH);
        String x = net.op("Reshape", List.of(tokens, net.longs("tokens", -1, TOKENS, WIDTH)));
        float[] gamma = new float[WIDTH];
        for (int c = 0; c < WIDTH; c++) {
            gamma[c] = c % 40 == 5 ? outlier : 1;
        }
        x = net.op(
                "LayerNormalization",
                List.of(x, net.floats("gamma", gamma, WIDTH), net.floats("beta", new float[WIDTH], WIDTH)),
                Attribute.ofInt("axis", -1));
        String scores = net.op("MatMul", List.of(heads(net, x, "q", 0, 2, 1, 3), heads(net, x, "k", 0, 2, 3, 1)));
        scores = net.op("Div", List.of(scores, net.constant(Tensor.scalar("root", (float) root))));
        String mixed = net.op("MatMul", List.of(net.softmax(scores), heads(net, x, "v", 0, 2, 1, 3)));
        String turned = net.op("Transpose", List.of(mixed), Attribute.ofInts("perm", 0, 2, 1, 3));
        String joined = net.op("Reshape", List.of(turned, net.longs("joined", 0, TOKENS, WIDTH)));
        x = net.add(x, biased(net, joined, "o", WIDTH, WIDTH));
        x = net.add(x, biased(net, net.relu(biased(net, x, "up", WIDTH, 128)), "down", 128, WIDTH));
        String pooled = net.op("ReduceMean", List.of(x), Attribute.ofInts("axes", 1), Attribute.ofInt("keepdims", 0));
        return net.output(net.gemm(pooled, "head", WIDTH, 10), "logits", ElementType.FLOAT, "N", 10)
                .build();
    }

    private static String biased(GraphBuilder net, String x, String name, int in, int out) {
        float[] bias = new float[out];
        for (int i = 0; i < out; i++) {
            bias[i] = 0.01f * (i % 7 - 3);
        }
        return net.add(net.matMul(x, name, in, out), net.floats(name + ".bias", bias, out));
    }

    private static String heads(GraphBuilder net, String x, String name, long... perm) {
        String y = biased(net, x, name, WIDTH, WIDTH);
        String cut = net.op("Reshape", List.of(y, net.longs(name + ".cut", 0, TOKENS, HEADS, WIDTH / HEADS)));
        return net.op("Transpose", List.of(cut), Attribute.ofInts("perm", perm));
    }

    private static final double ROOT = Math.sqrt((double) WIDTH / HEADS);

    private PassResult made(Graph graph, String step) {
        return Recipe.parse("steps: [" + step + "]").passes().get(0).apply(graph, PassContext.of(1, split));
    }

    private static List<String> ops(Graph graph) {
        return graph.nodes().stream().map(Node::op).toList();
    }

    @Test
    void attentionAndProductsRunInKernelsOfTheirOwnWithTheirBiases() {
        Graph coded = made(block(1, ROOT), "int8-static").graph();
        assertThat(ops(coded)).containsOnlyOnce("QAttention").doesNotContain("Softmax", "MatMul");
        assertThat(coded.nodes().stream().filter(node -> node.op().equals("MatMulIntegerToFloat")))
                .hasSize(4) // embedding, output, up, down
                .allSatisfy(node ->
                        assertThat(node.hasInput(6)).as("bias of " + node).isTrue());
        assertThat(coded.nodes("Gemm")).as("the head is too small to gain").hasSize(1);
    }

    @Test
    void outliersMoveIntoWeightsWhereDynamicRangesCannotFollow() {
        Graph graph = block(60, ROOT);
        OutputProbe probe = new OutputProbe(graph, split, 8);
        PassResult result = made(graph, "int8-static");
        double calibrated = probe.error(result.graph());
        double dynamic = probe.error(made(graph, "int8-dynamic").graph());
        assertThat(result.graph().nodes("Mul")).isNotEmpty();
        assertThat(result.lineage().toString()).contains("outliers moved into weights");
        assertThat(calibrated).isLessThan(dynamic / 2);
    }

    @Test
    void withoutOutliersNothingIsDivided() {
        Graph graph = block(1, ROOT);
        PassResult result = made(graph, "int8-static");
        assertThat(result.graph().nodes("Mul")).isEmpty();
        assertThat(new OutputProbe(graph, split, 8).error(result.graph())).isLessThan(2e-3);
    }

    @Test
    void otherAttentionAndOtherWishesAreQuantisedInPairs() {
        assertThat(ops(made(block(1, 3), "int8-static").graph()))
                .contains("DequantizeLinear", "Softmax")
                .doesNotContain("MatMulIntegerToFloat");
        assertThat(ops(made(block(1, ROOT), "int8-static: {calibrator: percentile}")
                        .graph()))
                .contains("DequantizeLinear")
                .doesNotContain("QAttention");
    }

    @Test
    void itAsksForTheSameInstructionsAsOtherInt8() {
        Graph coded = made(block(60, ROOT), "int8-static").graph();
        assertThat(InstructionSets.required(coded)).containsExactly(InstructionSets.EXACT_INT8);
    }

    @Test
    void theSameDataGivesTheSameBytes() {
        Graph graph = block(60, ROOT);
        assertThat(dev.edgewright.compression.graph.onnx.OnnxFile.toBytes(
                        made(graph, "int8-static").graph()))
                .isEqualTo(dev.edgewright.compression.graph.onnx.OnnxFile.toBytes(
                        made(graph, "int8-static").graph()));
    }

    @Test
    void anActivationThatIsNotFiniteIsNamed() {
        Graph graph = block(Float.MAX_VALUE, ROOT);
        assertThatThrownBy(() -> made(graph, "int8-static"))
                .isInstanceOfSatisfying(
                        CompressionException.class, e -> assertThat(e.code()).isEqualTo(Code.DATA_NOT_FINITE));
    }

    @Test
    void withoutSamplesItAsksForData() {
        assertThatThrownBy(() -> Recipe.named("int8-static").passes().get(0).apply(block(1, ROOT), PassContext.of(1)))
                .isInstanceOfSatisfying(
                        CompressionException.class, e -> assertThat(e.code()).isEqualTo(Code.DATA_REQUIRED));
    }
}
