package dev.edgewright.training.architecture;

import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A small transformer encoder (Vaswani et al. 2017, arXiv 1706.03762; normalisation first) over a sequence of feature vectors: input
 * {@code features} [N, steps, features], output {@code logits} [N, classes] from the mean over the steps.
 */
final class TransformerEncoder {

    private static final float EPSILON = 1e-5f;

    private final GraphBuilder net;
    private final int steps;
    private final int width;
    private final int heads;

    private TransformerEncoder(GraphBuilder net, int steps, int width, int heads) {
        this.net = net;
        this.steps = steps;
        this.width = width;
        this.heads = heads;
    }

    static Graph build(int steps, int features, int width, int heads, int layers, int classes, long seed) {
        GraphBuilder net =
                GraphBuilder.named("encoder").opset(Architectures.OPSET).seed(seed);
        TransformerEncoder encoder = new TransformerEncoder(net, steps, width, heads);
        net.longs("split_heads", 0, steps, heads, width / heads);
        net.longs("join_heads", 0, steps, width);
        net.floats("attention_scale", new float[] {(float) (1 / Math.sqrt((double) width / heads))});
        net.floats("root_of_half", new float[] {(float) Math.sqrt(0.5)});
        net.floats("one", new float[] {1});
        net.floats("half", new float[] {0.5f});
        String x = net.input("features", ElementType.FLOAT, "N", steps, features);
        x = encoder.linear(x, "embedding", features, width);
        x = net.add(x, net.floats("positions", positions(seed, steps * width), steps, width));
        for (int layer = 1; layer <= layers; layer++) {
            String name = "layer" + layer;
            x = net.add(x, encoder.attention(encoder.norm(x, name + "_norm1"), name));
            String hidden = encoder.linear(encoder.norm(x, name + "_norm2"), name + "_up", width, 4 * width);
            x = net.add(x, encoder.linear(encoder.gelu(hidden), name + "_down", 4 * width, width));
        }
        x = encoder.norm(x, "final_norm");
        x = net.op("ReduceMean", List.of(x, net.longs("time_axis", 1)), Attribute.ofInt("keepdims", 0));
        return net.output(net.gemm(x, "head", width, classes), "logits", ElementType.FLOAT, "N", classes)
                .build();
    }

    private static float[] positions(long seed, int count) {
        Random random = new Random(seed ^ 0x705);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() * 0.02f;
        }
        return values;
    }

    private String linear(String x, String name, int in, int out) {
        return net.add(net.matMul(x, name, in, out), net.floats(name + ".bias", new float[out], out));
    }

    private String norm(String x, String name) {
        float[] ones = new float[width];
        Arrays.fill(ones, 1);
        return net.op(
                "LayerNormalization",
                List.of(
                        x,
                        net.floats(name + ".weight", ones, width),
                        net.floats(name + ".bias", new float[width], width)),
                Attribute.ofInt("axis", -1),
                Attribute.ofFloat("epsilon", EPSILON));
    }

    private String attention(String x, String name) {
        String query = heads(linear(x, name + "_query", width, width), 0, 2, 1, 3);
        String key = heads(linear(x, name + "_key", width, width), 0, 2, 3, 1);
        String value = heads(linear(x, name + "_value", width, width), 0, 2, 1, 3);
        String scores = net.mul(net.op("MatMul", List.of(query, key)), "attention_scale");
        String mixed = net.op("MatMul", List.of(net.softmax(scores), value));
        String joined = net.op(
                "Reshape",
                List.of(net.op("Transpose", List.of(mixed), Attribute.ofInts("perm", 0, 2, 1, 3)), "join_heads"));
        return linear(joined, name + "_output", width, width);
    }

    private String heads(String x, long... order) {
        return net.op(
                "Transpose", List.of(net.op("Reshape", List.of(x, "split_heads"))), Attribute.ofInts("perm", order));
    }

    /** Written out with Erf, so that operator sets before 20 and every runtime know it. */
    private String gelu(String x) {
        String bell = net.add(net.op("Erf", List.of(net.mul(x, "root_of_half"))), "one");
        return net.mul(net.mul(x, bell), "half");
    }
}
