package dev.edgewright.compression.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.Outputs;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sums that join the normalisation behind them, and products that stay rows between two of them. */
class SkipNormTest {

    private static final int WIDTH = 8;

    private static GraphBuilder net(long opset) {
        GraphBuilder net = GraphBuilder.named("block").opset(opset).seed(3);
        net.input("x", ElementType.FLOAT, "N", "T", WIDTH);
        return net;
    }

    private static float[] varied(int length, float from) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = from + 0.1f * (i % 5);
        }
        return values;
    }

    private static String gamma(GraphBuilder net, String name) {
        return net.floats(name + ".gamma", varied(WIDTH, 0.7f), WIDTH);
    }

    private static String beta(GraphBuilder net, String name) {
        return net.floats(name + ".beta", varied(WIDTH, -0.2f), WIDTH);
    }

    private static String operator(GraphBuilder net, String x, String name) {
        return net.op(
                "",
                "LayerNormalization",
                name,
                List.of(x, gamma(net, name), beta(net, name)),
                Attribute.ofInt("axis", -1),
                Attribute.ofFloat("epsilon", 1e-3f));
    }

    /** As exporters wrote it before operator set 17. */
    private static String written(GraphBuilder net, String x, String name, Attribute axes) {
        String centred = net.op("Sub", List.of(x, net.op("ReduceMean", List.of(x), axes)));
        String square = net.op("Pow", List.of(centred, net.floats(name + ".two", new float[] {2})));
        String variance = net.op("ReduceMean", List.of(square), axes);
        String root = net.op("Sqrt", List.of(net.add(variance, net.floats(name + ".epsilon", new float[] {1e-3f}))));
        String scaled = net.mul(net.op("Div", List.of(centred, root)), gamma(net, name));
        return net.add(scaled, beta(net, name));
    }

    private static PassResult apply(Graph graph) {
        PassResult result = new SkipNorm().apply(graph, PassContext.of(1));
        Outputs.same(graph, result.graph());
        return result;
    }

    private static List<String> ops(Graph graph) {
        return graph.nodes().stream().map(Node::op).toList();
    }

    private static Graph block(GraphBuilder net, String y) {
        return net.output(y, "y", ElementType.FLOAT, "N", "T", WIDTH).build();
    }

    @Test
    void theOperatorAndItsWrittenFormJoinTheirSums() {
        GraphBuilder seventeen = net(17);
        Graph fused = apply(block(seventeen, operator(seventeen, seventeen.add("x", seventeen.relu("x")), "n")))
                .graph();
        assertThat(ops(fused)).containsExactly("Relu", "SkipLayerNormalization");

        GraphBuilder thirteen = net(13);
        Attribute last = Attribute.ofInts("axes", -1);
        Graph written = block(thirteen, written(thirteen, thirteen.add("x", thirteen.relu("x")), "n", last));
        assertThat(ops(apply(written).graph())).containsExactly("Relu", "SkipLayerNormalization");
        assertThat(apply(written).lineage()).containsExactly("skip-norm: 1 sums joined their normalisations");
    }

    @Test
    void sizesThatTheModelComputesAreSeenThrough() {
        GraphBuilder net = net(17);
        String shape = net.op("Shape", List.of("x"));
        String again = net.op("Reshape", List.of(net.op("Reshape", List.of("x", net.longs("flat", -1))), shape));
        Graph fused = apply(block(net, operator(net, net.add("x", again), "n"))).graph();
        assertThat(ops(fused)).contains("SkipLayerNormalization").doesNotContain("LayerNormalization", "Add");
    }

    @Test
    void aSumThatOthersReadBecomesTheFourthOutput() {
        GraphBuilder net = net(17);
        String sum = net.add("x", net.relu("x"));
        Graph fused = apply(block(net, net.mul(operator(net, sum, "n"), sum))).graph();
        assertThat(ops(fused)).containsExactly("Relu", "SkipLayerNormalization", "Mul");
        assertThat(fused.nodes().get(1).outputs()).containsExactly("n_out", "", "", sum);
    }

    @Test
    void oneRowOfPositionsForAllSamplesIsSkippedToInEitherOrder() {
        GraphBuilder net = net(17);
        net.input("positions", ElementType.FLOAT, 1, "T", WIDTH);
        Graph fused =
                apply(block(net, operator(net, net.add("positions", "x"), "n"))).graph();
        assertThat(fused.nodes("Add")).isEmpty();
        assertThat(fused.nodes().get(0).inputs()).startsWith("x", "positions");
    }

    @Test
    void otherSumsAndOtherAxesStay() {
        GraphBuilder constant = net(17);
        String sum = constant.add("x", constant.floats("row", varied(WIDTH, 0), WIDTH));
        assertThat(apply(block(constant, operator(constant, sum, "n"))).changed())
                .isFalse();

        GraphBuilder both = net(13);
        Attribute axes = Attribute.ofInts("axes", 1, 2);
        Graph graph = block(both, written(both, both.add("x", both.relu("x")), "n", axes));
        assertThat(apply(graph).changed()).isFalse();

        GraphBuilder wide = GraphBuilder.named("wide").seed(3);
        String x = wide.input("x", ElementType.FLOAT, "N", 2, "T", WIDTH);
        String y = operator(wide, wide.add(x, wide.relu(x)), "n");
        assertThat(apply(wide.output(y, "y", ElementType.FLOAT, "N", 2, "T", WIDTH)
                                .build())
                        .changed())
                .as("the kernel takes two or three axes")
                .isFalse();
    }

    @Test
    void betweenProductsAndNormalisationsValuesStayRows() {
        GraphBuilder net = net(17);
        String up = net.add(net.matMul("x", "up", WIDTH, 16), net.floats("up.bias", varied(16, 0), 16));
        String act = net.mul(up, net.sigmoid(up));
        String down = net.add(net.matMul(act, "down", 16, WIDTH), net.floats("down.bias", varied(WIDTH, 0), WIDTH));
        Graph graph = block(net, operator(net, net.add("x", down), "n"));
        Graph rows = Cleanup.forInt8().apply(graph, PassContext.of(1)).graph();
        Outputs.same(graph, rows);
        assertThat(ops(rows)).contains("SkipLayerNormalization").doesNotContain("MatMul", "Add");
        assertThat(rows.nodes("Reshape")).as("rows of x, and the sizes of y").hasSize(2);
        assertThat(rows.nodes("Gemm")).hasSize(2);
    }
}
