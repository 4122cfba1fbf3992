package dev.edgewright.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.Node;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Attention with computed sizes, as exporters write it, becomes one int8 kernel that gives the same answers; what differs stays. */
class SelfAttentionTest {

    private static final int WIDTH = 32;
    private static final int HEADS = 4;
    private static final float MASKED = -10000;

    private final GraphBuilder net = GraphBuilder.named("attention").seed(9).opset(13);

    private String sizes(String value, long... last) {
        String shape = net.op("Shape", List.of(value));
        String n = net.op("Gather", List.of(shape, index(0)));
        String t = net.op("Gather", List.of(shape, index(1)));
        return net.concat(0, n, t, net.longs(value + ".last", last));
    }

    private String index(long at) {
        String name = "index" + at;
        try {
            return net.longs(name, at);
        } catch (IllegalArgumentException e) {
            return name; // made before
        }
    }

    private String heads(String name, long... perm) {
        String bias = net.floats(name + ".bias", values(name.hashCode(), WIDTH, 0.3f), WIDTH);
        String y = net.add(bias, net.matMul("x", name, WIDTH, WIDTH));
        String cut = net.op("Reshape", List.of(y, sizes(y, HEADS, WIDTH / HEADS)));
        return net.op("Transpose", List.of(cut), Attribute.ofInts("perm", perm));
    }

    private static float[] values(long seed, int length, float size) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian() * size;
        }
        return values;
    }

    /** @param root what scores are divided by */
    private Graph attention(boolean masked, float root, boolean scoresRead) {
        net.input("x", ElementType.FLOAT, "N", "T", WIDTH);
        String scores = net.op("MatMul", List.of(heads("q", 0, 2, 1, 3), heads("k", 0, 2, 3, 1)));
        scores = net.op("Div", List.of(scores, net.constant(Tensor.scalar("root", root))));
        if (masked) {
            String mask = net.input("mask", ElementType.INT64, "N", "T");
            String wide = net.op("Unsqueeze", List.of(mask, net.longs("middle", 1, 2)));
            String floats = net.op("Cast", List.of(wide), Attribute.ofInt("to", 1));
            String missing = net.op("Sub", List.of(net.constant(Tensor.scalar("one", 1)), floats));
            scores = net.add(scores, net.mul(missing, net.constant(Tensor.scalar("filter", MASKED))));
        }
        String shares = net.softmax(scores);
        String mixed = net.op("MatMul", List.of(shares, heads("v", 0, 2, 1, 3)));
        String turned = net.op("Transpose", List.of(mixed), Attribute.ofInts("perm", 0, 2, 1, 3));
        String y = net.op("Reshape", List.of(turned, sizes(turned, WIDTH)));
        if (scoresRead) {
            net.output(shares, "shares", ElementType.FLOAT, "N", HEADS, "T", "T");
        }
        return net.output(y, "y", ElementType.FLOAT, "N", "T", WIDTH).build();
    }

    private static Graph coded(Graph graph) {
        return Recipe.named("int8-dynamic")
                .passes()
                .get(0)
                .apply(graph, PassContext.of(0))
                .graph();
    }

    private static Map<String, Tensor> feeds(boolean masked) {
        Tensor x = Tensor.ofFloats("x", values(4, 2 * 5 * WIDTH, 1), 2, 5, WIDTH);
        Tensor mask = Tensor.ofLongs("mask", new long[] {1, 1, 1, 1, 1, 1, 1, 0, 0, 0}, 2, 5);
        return masked ? Map.of("x", x, "mask", mask) : Map.of("x", x);
    }

    private static float[] run(Graph graph, Map<String, Tensor> feeds) {
        try (ModelSession session = ModelSession.open(graph, SessionSettings.single())) {
            return session.run(feeds).get("y").toFloats();
        }
    }

    private static double error(Graph graph, Graph other, Map<String, Tensor> feeds) {
        float[] want = run(graph, feeds);
        float[] got = run(other, feeds);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < want.length; i++) {
            error += (want[i] - got[i]) * (want[i] - got[i]);
            norm += want[i] * want[i];
        }
        return Math.sqrt(error / norm);
    }

    private static List<String> ops(Graph graph) {
        return graph.nodes().stream().map(Node::op).toList();
    }

    @Test
    void theWholeAttentionBecomesOneKernel() {
        Graph graph = attention(false, (float) Math.sqrt(WIDTH / HEADS), false);
        Graph coded = coded(graph);
        assertThat(ops(coded)).containsExactly("DynamicQuantizeLinear", "QAttention");
        assertThat(coded.weightBytes()).isLessThan(graph.weightBytes() * 4 / 10);
        assertThat(error(graph, coded, feeds(false))).isLessThan(0.02);
    }

    @Test
    void paddingStaysMasked() {
        Graph graph = attention(true, (float) Math.sqrt(WIDTH / HEADS), false);
        Graph coded = coded(graph);
        assertThat(ops(coded)).containsExactlyInAnyOrder("DynamicQuantizeLinear", "Cast", "QAttention");
        assertThat(error(graph, coded, feeds(true))).isLessThan(0.02);
        Map<String, Tensor> all = Map.of(
                "x",
                feeds(true).get("x"),
                "mask",
                Tensor.ofLongs("mask", new long[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 2, 5));
        assertThat(run(coded, all)).as("the mask does something").isNotEqualTo(run(coded, feeds(true)));
    }

    @Test
    void anotherScaleStaysAsItIs() {
        Graph graph = attention(true, 3, false);
        Graph coded = coded(graph);
        assertThat(ops(coded)).contains("Softmax").doesNotContain("QAttention");
        assertThat(error(graph, coded, feeds(true))).isLessThan(0.02);
    }

    @Test
    void sharesThatAreReadElsewhereStay() {
        Graph coded = coded(attention(false, (float) Math.sqrt(WIDTH / HEADS), true));
        assertThat(ops(coded)).contains("Softmax").doesNotContain("QAttention");
    }
}
