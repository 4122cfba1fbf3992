package dev.edgewright.compression.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.FashionNet;
import dev.edgewright.compression.Outputs;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.List;
import org.junit.jupiter.api.Test;

class CleanupTest {

    private static PassResult apply(Pass pass, Graph graph) {
        PassResult result = pass.apply(graph, PassContext.of(1));
        Outputs.same(graph, result.graph());
        return result;
    }

    private static List<String> ops(Graph graph) {
        return graph.nodes().stream().map(Node::op).toList();
    }

    @Test
    void batchNormDisappearsIntoConvTransposedAndGroupedConvAndGemm() {
        GraphBuilder net = GraphBuilder.named("norms").seed(2);
        String x = net.input("x", ElementType.FLOAT, 1, 4, 6, 6);
        x = norm(net, net.conv(x, "c1", 4, 8, 3, 1, 1, 2, true), "n1", 8);
        float[] weight = new float[8 * 3 * 2 * 2];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (i % 7 - 3) * 0.2f;
        }
        x = net.op(
                "",
                "ConvTranspose",
                "up",
                List.of(x, net.floats("up.weight", weight, 8, 3, 2, 2)),
                Attribute.ofInts("strides", 2, 2),
                Attribute.ofInt("group", 2));
        x = norm(net, x, "n2", 6);
        x = norm(net, net.gemm(net.flatten(net.globalAveragePool(x)), "fc", 6, 5), "n3", 5);
        Graph graph = net.output(x, "y", ElementType.FLOAT, 1, 5).build();
        PassResult result = apply(new FoldBatchNorm(), graph);
        assertThat(ops(result.graph())).doesNotContain("BatchNormalization");
        assertThat(result.lineage()).containsExactly("fold-batch-norm: folded 3 into the layers before them");
    }

    private static String norm(GraphBuilder net, String x, String name, int channels) {
        String y = net.batchNorm(x, name, channels);
        float[] varied = new float[channels];
        for (int i = 0; i < channels; i++) {
            varied[i] = 0.5f + 0.3f * i;
        }
        net.set(name + ".weight", varied).set(name + ".running_var", varied).set(name + ".running_mean", varied);
        return y;
    }

    @Test
    void aSharedConvolutionKeepsItsBatchNorm() {
        GraphBuilder net = GraphBuilder.named("shared").seed(2);
        String x = net.input("x", ElementType.FLOAT, 1, 2, 4, 4);
        String conv = net.conv(x, "c", 2, 2, 3, 1, 1, 1, false);
        Graph graph = net.output(net.add(net.batchNorm(conv, "n", 2), conv), "y", ElementType.FLOAT, 1, 2, 4, 4)
                .build();
        PassResult result = apply(new FoldBatchNorm(), graph);
        assertThat(result.changed()).isFalse();
        assertThat(result.notes()).anyMatch(note -> note.contains("others read c_out too"));
    }

    @Test
    void identitiesAndDropoutsGoAndOutputsKeepTheirNames() {
        GraphBuilder net = GraphBuilder.named("identities").seed(2);
        String x = net.input("x", ElementType.FLOAT, 2, 3);
        String y = net.op("Dropout", List.of(net.op("Identity", List.of(net.relu(net.op("Identity", List.of(x)))))));
        Graph graph = net.output(y, "y", ElementType.FLOAT, 2, 3).build();
        PassResult result = apply(new RemoveIdentity(), graph);
        assertThat(ops(result.graph())).containsExactly("Relu");
    }

    @Test
    void aReluBehindAReluGoes() {
        GraphBuilder net = GraphBuilder.named("rectified").seed(2);
        String once = net.relu(net.input("x", ElementType.FLOAT, 2, 3));
        String sum = net.add(net.op("Neg", List.of(once)), net.relu(net.relu(once)));
        PassResult result = apply(
                new RemoveIdentity(),
                net.output(sum, "y", ElementType.FLOAT, 2, 3).build());
        assertThat(ops(result.graph())).containsExactly("Relu", "Neg", "Add");
    }

    @Test
    void constantsAreComputedBeforehand() {
        GraphBuilder net = GraphBuilder.named("constants");
        String x = net.input("x", ElementType.FLOAT, 2, 6);
        net.node(Node.of(
                "Constant",
                "k",
                List.of(),
                List.of("k"),
                Attribute.ofTensor("value", Tensor.ofLongs("", new long[] {3, 4}, 2))));
        String sizes = net.op("Mul", List.of("k", net.longs("one", 1, 1)));
        Graph graph = net.output(net.op("Reshape", List.of(x, sizes)), "y", ElementType.FLOAT, 3, 4)
                .build();
        PassResult result = apply(new FoldConstants(), graph);
        assertThat(ops(result.graph())).containsExactly("Reshape");
        assertThat(result.graph().initializers()).hasSize(1);
    }

    @Test
    void paddingMovesIntoTheConvolution() {
        GraphBuilder net = GraphBuilder.named("pad").seed(2);
        String x = net.input("x", ElementType.FLOAT, 1, 2, 5, 5);
        String padded = net.op("Pad", List.of(x, net.longs("pads", 0, 0, 1, 2, 0, 0, 2, 1)));
        Graph graph = net.output(net.conv(padded, "c", 2, 3, 3, 1, 0, 1, false), "y", ElementType.FLOAT, 1, 3, 6, 6)
                .build();
        PassResult result = apply(new PadIntoConv(), graph);
        assertThat(ops(result.graph())).containsExactly("Conv");
        assertThat(result.graph().nodes().get(0).intsAttribute("pads")).containsExactly(1, 2, 2, 1);
    }

    @Test
    void scalesAndShiftsFoldIntoTheLayer() {
        GraphBuilder net = GraphBuilder.named("scale").seed(2);
        String x = net.input("x", ElementType.FLOAT, 1, 2, 5, 5);
        String y = net.conv(x, "c", 2, 3, 3, 1, 1, 1, false);
        y = net.mul(y, net.floats("s", new float[] {2, 3, 4}, 3, 1, 1));
        y = net.op("Sub", List.of(y, net.floats("t", new float[] {1, -2, 0.5f}, 1, 3, 1, 1)));
        y = net.op("Div", List.of(y, net.floats("d", new float[] {4})));
        Graph graph = net.output(y, "y", ElementType.FLOAT, 1, 3, 5, 5).build();
        assertThat(ops(apply(new FoldScale(), graph).graph())).containsExactly("Conv");
    }

    @Test
    void aConstantAlongTheWidthIsNotAChannel() {
        GraphBuilder net = GraphBuilder.named("width").seed(2);
        String x = net.input("x", ElementType.FLOAT, 1, 2, 3, 3);
        String y = net.conv(x, "c", 2, 3, 1, 1, 0, 1, false);
        y = net.mul(y, net.floats("s", new float[] {2, 3, 4}, 3));
        Graph graph = net.output(y, "y", ElementType.FLOAT, 1, 3, 3, 3).build();
        assertThat(apply(new FoldScale(), graph).changed()).isFalse();
    }

    @Test
    void meansOverTheImageBecomePools() {
        GraphBuilder net = GraphBuilder.named("mean").seed(2);
        String x = net.input("x", ElementType.FLOAT, "N", 2, 5, 5);
        String y = net.op("ReduceMean", List.of(x), Attribute.ofInts("axes", -1, 2), Attribute.ofInt("keepdims", 0));
        Graph graph = net.output(y, "y", ElementType.FLOAT, "N", 2).build();
        assertThat(ops(apply(new MeanToPool(), graph).graph())).containsExactly("GlobalAveragePool", "Flatten");
    }

    @Test
    void productsBecomeGemmAlsoWithSequences() {
        GraphBuilder net = GraphBuilder.named("products").seed(2);
        String x = net.input("x", ElementType.FLOAT, "N", "T", 6);
        String q = net.add(net.matMul(x, "q", 6, 4), net.floats("q.bias", new float[] {1, 2, 3, 4}, 4));
        String k = net.add(net.floats("k.bias", new float[] {4, 3, 2, 1}, 4), net.matMul(x, "k", 6, 4));
        Graph graph =
                net.output(net.mul(q, k), "y", ElementType.FLOAT, "N", "T", 4).build();
        PassResult result = apply(new MatMulToGemm(), graph);
        assertThat(ops(result.graph())).contains("Gemm").doesNotContain("MatMul", "Add");
        assertThat(result.graph().nodes("Reshape"))
                .as("one makes rows, one gives the product of both its sizes again")
                .hasSize(2);
    }

    @Test
    void equalWeightsAreKeptOnce() {
        GraphBuilder net = GraphBuilder.named("tied");
        float[] weight = new float[64];
        java.util.Arrays.fill(weight, 0.5f);
        String x = net.input("x", ElementType.FLOAT, 2, 8);
        String a = net.op("MatMul", List.of(x, net.floats("a", weight, 8, 8)));
        String b = net.op("MatMul", List.of(a, net.floats("b", weight, 8, 8)));
        Graph graph = net.output(b, "y", ElementType.FLOAT, 2, 8).build();
        assertThat(apply(new MergeDuplicates(), graph).graph().initializers()).hasSize(1);
    }

    @Test
    void weightsListedAsInputsAreFrozen() {
        Graph graph = FashionNet.dense();
        Graph listed = graph.edit()
                .setInputs(List.of(
                        graph.inputs().get(0),
                        dev.edgewright.compression.graph.ValueInfo.tensor(
                                "fc1.weight", ElementType.FLOAT, dev.edgewright.compression.graph.Shape.of(256, 784))))
                .build();
        assertThat(listed.constant("fc1.weight")).isEmpty();
        assertThat(apply(new FreezeInitializers(), listed).graph().constant("fc1.weight"))
                .isPresent();
    }

    @Test
    void theWholeSequenceLeavesOnlyWhatComputes() {
        Graph graph = FashionNet.residual();
        assertThat(ops(apply(Cleanup.all(), graph).graph()))
                .containsExactly(
                        "Conv",
                        "Relu",
                        "MaxPool",
                        "Conv",
                        "Relu",
                        "Conv",
                        "Add",
                        "Relu",
                        "Conv",
                        "Relu",
                        "GlobalAveragePool",
                        "Flatten",
                        "Gemm");
    }
}
