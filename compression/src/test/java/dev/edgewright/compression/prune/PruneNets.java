package dev.edgewright.compression.prune;

import dev.edgewright.compression.FashionNet;
import dev.edgewright.compression.graph.Attribute;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.Node;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Networks with every coupling that pruning has to follow. */
final class PruneNets {

    private PruneNets() {}

    static Map<String, Graph> all() {
        Map<String, Graph> nets = new LinkedHashMap<>();
        nets.put("residual", FashionNet.residual());
        nets.put("dense", FashionNet.dense());
        nets.put("mobile", mobile());
        nets.put("grouped", grouped());
        nets.put("branches", branches());
        nets.put("decoder", decoder());
        nets.put("flattened", flattened());
        nets.put("attention", attention());
        return nets;
    }

    /** Inverted residual with squeeze-and-excitation and HardSwish. */
    static Graph mobile() {
        GraphBuilder net = GraphBuilder.named("mobile").seed(21);
        String x = net.input("image", ElementType.FLOAT, "N", 3, 16, 16);
        String stem = net.op("HardSwish", List.of(net.conv(x, "stem", 3, 16, 3, 2, 1, 1, true)));
        String wide = net.relu(net.batchNorm(net.conv(stem, "expand", 16, 48, 1, 1, 0, 1, false), "bn1", 48));
        String deep = net.relu(net.conv(wide, "depthwise", 48, 48, 3, 1, 1, 48, true));
        String gate = net.relu(net.conv(net.globalAveragePool(deep), "squeeze", 48, 16, 1, 1, 0, 1, true));
        gate = net.sigmoid(net.conv(gate, "excite", 16, 48, 1, 1, 0, 1, true));
        String back = net.conv(net.mul(deep, gate), "project", 48, 16, 1, 1, 0, 1, true);
        String head = net.gemm(net.flatten(net.globalAveragePool(net.add(back, stem))), "head", 16, 5);
        return net.output(head, "logits", ElementType.FLOAT, "N", 5).build();
    }

    /** Grouped convolution, and a depthwise one that makes two channels out of each. */
    static Graph grouped() {
        GraphBuilder net = GraphBuilder.named("grouped").seed(22);
        String x = net.input("image", ElementType.FLOAT, "N", 2, 12, 12);
        String a = net.relu(net.conv(x, "first", 2, 16, 3, 1, 1, 1, true));
        String b = net.relu(net.conv(a, "grouped", 16, 24, 3, 1, 1, 4, true));
        String c = net.relu(net.conv(b, "doubled", 24, 48, 3, 2, 1, 24, true));
        net.set("doubled.bias", ramp(48));
        String d = net.conv(c, "last", 48, 8, 1, 1, 0, 1, true);
        String head = net.gemm(net.flatten(net.globalAveragePool(d)), "head", 8, 4);
        return net.output(head, "logits", ElementType.FLOAT, "N", 4).build();
    }

    /** Concat of two branches, split again at another place. */
    static Graph branches() {
        GraphBuilder net = GraphBuilder.named("branches").seed(23).opset(13);
        String x = net.input("image", ElementType.FLOAT, "N", 2, 8, 8);
        String a = net.relu(net.conv(x, "left", 2, 12, 3, 1, 1, 1, true));
        String b = net.sigmoid(net.conv(x, "right", 2, 20, 1, 1, 0, 1, true));
        String both = net.batchNorm(net.concat(1, a, b), "bn", 32);
        net.node(Node.of(
                "Split",
                "split",
                List.of(both, net.longs("parts", 16, 16)),
                List.of("one", "two"),
                Attribute.ofInt("axis", 1)));
        String c = net.conv("one", "upper", 16, 8, 3, 1, 1, 1, true);
        String d = net.conv("two", "lower", 16, 8, 3, 1, 1, 1, true);
        String head = net.gemm(net.flatten(net.maxPool(net.add(c, d), 2, 2)), "head", 8 * 16, 4);
        return net.output(head, "logits", ElementType.FLOAT, "N", 4).build();
    }

    /** Down, up by Resize and by ConvTranspose, with a skip. */
    static Graph decoder() {
        GraphBuilder net = GraphBuilder.named("decoder").seed(24);
        String x = net.input("image", ElementType.FLOAT, 1, 1, 8, 8);
        String a = net.relu(net.conv(x, "enter", 1, 16, 3, 1, 1, 1, true));
        String b = net.relu(net.conv(a, "down", 16, 24, 3, 2, 1, 1, true));
        String up = net.op(
                "",
                "Resize",
                "resize",
                List.of(b, "", "", net.longs("size", 1, 24, 8, 8)),
                Attribute.ofString("mode", "nearest"));
        String c = net.relu(net.conv(net.concat(1, up, a), "join", 40, 16, 3, 1, 1, 1, true));
        float[] weights = ramp(16 * 8 * 4);
        String d = net.op(
                "",
                "ConvTranspose",
                "grow",
                List.of(c, net.floats("grow.weight", weights, 16, 8, 2, 2)),
                Attribute.ofInts("strides", 2, 2));
        return net.output(net.conv(d, "leave", 8, 1, 1, 1, 0, 1, true), "mask", ElementType.FLOAT, 1, 1, 16, 16)
                .build();
    }

    /** Channels that a Reshape spreads over a dense layer's inputs. */
    static Graph flattened() {
        GraphBuilder net = GraphBuilder.named("flattened").seed(25);
        String x = net.input("image", ElementType.FLOAT, "N", 1, 6, 6);
        String a = net.relu(net.conv(x, "conv", 1, 16, 3, 1, 0, 1, true));
        String flat = net.op("Reshape", List.of(a, net.longs("shape", 0, 256)));
        String b = net.relu(net.gemm(flat, "fc1", 256, 24));
        return net.output(net.gemm(b, "fc2", 24, 3), "logits", ElementType.FLOAT, "N", 3)
                .build();
    }

    /** One encoder layer: four heads of eight features, and a feed-forward network, with residuals and LayerNormalization. */
    static Graph attention() {
        GraphBuilder net = GraphBuilder.named("attention").seed(26);
        String x = net.input("tokens", ElementType.FLOAT, "N", "S", 16);
        String q = heads(net, x, "query", 0, 2, 1, 3);
        String k = heads(net, x, "key", 0, 2, 3, 1);
        String v = heads(net, x, "value", 0, 2, 1, 3);
        String weights = net.softmax(net.op(
                "Div", List.of(net.op("MatMul", List.of(q, k)), net.floats("scale", new float[] {3}))));
        String mixed = net.op(
                "Transpose", List.of(net.op("MatMul", List.of(weights, v))), Attribute.ofInts("perm", 0, 2, 1, 3));
        String joined = net.op("Reshape", List.of(mixed, net.longs("joined", 0, 0, 32)));
        String a = net.add(net.matMul(joined, "output", 32, 16), x);
        String normal = net.op(
                "LayerNormalization",
                List.of(a, net.floats("ln.weight", ramp(16), 16), net.floats("ln.bias", ramp(16), 16)),
                Attribute.ofInt("axis", -1));
        String f = net.add(net.matMul(normal, "up", 16, 40), net.floats("up.bias", ramp(40), 40));
        f = net.op("Mul", List.of(f, net.op("Erf", List.of(f))));
        String y = net.add(net.matMul(f, "down", 40, 16), normal);
        return net.output(y, "features", ElementType.FLOAT, "N", "S", 16).build();
    }

    private static String heads(GraphBuilder net, String x, String name, long... order) {
        String projected = net.add(net.matMul(x, name, 16, 32), net.floats(name + ".bias", ramp(32), 32));
        String shaped = net.op("Reshape", List.of(projected, net.longs(name + ".shape", 0, 0, 4, 8)));
        return net.op("Transpose", List.of(shaped), Attribute.ofInts("perm", order));
    }

    static float[] ramp(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) Math.sin(i * 1.7 + 0.3);
        }
        return values;
    }
}
