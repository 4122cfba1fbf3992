package dev.edgewright.training.architecture;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import java.util.Arrays;
import java.util.List;

/** Image classifiers and others as ONNX graphs: input {@code image} [N, channels, size, size], output {@code logits} [N, classes]. */
public final class Architectures {

    static final int OPSET = 20;

    private Architectures() {}

    /**
     * ResNet for small images (He et al. 2016, arXiv 1512.03385, section 4.2): three stages of {@code blocks} basic blocks of widths
     * w, 2w, 4w; depth 6·blocks + 2. The shortcut where the size halves is a 1x1 convolution.
     */
    public static Graph resNet(int blocks, int width, int channels, int size, int classes, long seed) {
        GraphBuilder net =
                GraphBuilder.named("resnet" + (6 * blocks + 2)).opset(OPSET).seed(seed);
        String x = net.input("image", ElementType.FLOAT, "N", channels, size, size);
        x = net.relu(net.batchNorm(net.conv(x, "stem", channels, width, 3, 1, 1, 1, false), "stem_norm", width));
        return stages(net, x, new int[] {blocks, blocks, blocks}, width, classes);
    }

    /**
     * A ResNet whose first convolution, 5x5, halves the image: about a quarter of the multiply-accumulates, and of the time to train, for
     * the same blocks. Meant for students.
     *
     * @param blocks basic blocks of each stage; stages have widths w, 2w, 4w
     */
    public static Graph halvedResNet(int[] blocks, int width, int channels, int size, int classes, long seed) {
        int depth = 2 * Arrays.stream(blocks).sum() + 2;
        GraphBuilder net =
                GraphBuilder.named("resnet" + depth + "-half").opset(OPSET).seed(seed);
        String x = net.input("image", ElementType.FLOAT, "N", channels, size, size);
        x = net.relu(net.batchNorm(net.conv(x, "stem", channels, width, 5, 2, 2, 1, false), "stem_norm", width));
        return stages(net, x, blocks, width, classes);
    }

    private static Graph stages(GraphBuilder net, String x, int[] blocks, int width, int classes) {
        int in = width;
        for (int stage = 0; stage < blocks.length; stage++) {
            int out = width << stage;
            for (int block = 0; block < blocks[stage]; block++) {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                x = basicBlock(net, x, "stage" + (stage + 1) + "_block" + (block + 1), in, out, stride);
                in = out;
            }
        }
        x = net.gemm(net.flatten(net.globalAveragePool(x)), "head", in, classes);
        return net.output(x, "logits", ElementType.FLOAT, "N", classes).build();
    }

    /**
     * A ready architecture by name.
     *
     * @param sample axes of one sample
     * @throws TrainingException SETTINGS_INVALID when there is none of that name
     */
    public static Graph byName(String name, long[] sample, int classes, long seed) {
        int channels = (int) sample[0];
        int size = sample.length > 1 ? (int) sample[1] : 1;
        return switch (name) {
            case "lenet" -> lenet(channels, size, classes, seed);
            case "ds-cnn" -> SeparableNets.dsCnn(channels, size, classes, seed);
            case "mobilenet" -> SeparableNets.mobileNet(channels, size, classes, seed);
            case "encoder" -> TransformerEncoder.build((int) sample[0], (int) sample[1], 64, 4, 2, classes, seed);
            case "mlp" -> mlp(elements(sample), new int[] {64, 32}, classes, seed);
            case "resnet8" -> resNet(1, 16, channels, size, classes, seed);
            case "resnet20" -> resNet(3, 16, channels, size, classes, seed);
            case "resnet8-half" -> halvedResNet(new int[] {1, 1, 1}, 16, channels, size, classes, seed);
            case "resnet10-half" -> halvedResNet(new int[] {1, 2, 1}, 16, channels, size, classes, seed);
            default ->
                throw new TrainingException(
                        Code.SETTINGS_INVALID,
                        "architecture " + name + " is unknown; there are lenet, ds-cnn, mobilenet, resnet8,"
                                + " resnet20, resnet8-half, resnet10-half, encoder, mlp");
        };
    }

    /** The same graph with another name for its only input, so that the data that it was trained on also fills the file. */
    public static Graph withInput(Graph graph, String name) {
        ValueInfo only = graph.feeds().get(0);
        if (only.name().equals(name)) {
            return graph;
        }
        return graph.edit()
                .redirect(only.name(), name)
                .setInputs(List.of(only.withName(name)))
                .build();
    }

    private static int elements(long[] sample) {
        long product = 1;
        for (long length : sample) {
            product *= length;
        }
        return Math.toIntExact(product);
    }

    /** LeNet-5 as it is used today (LeCun et al. 1998): ReLU, max pooling, 6 and 16 channels, 120 and 84 units. */
    public static Graph lenet(int channels, int size, int classes, long seed) {
        GraphBuilder net = GraphBuilder.named("lenet").opset(OPSET).seed(seed);
        String x = net.input("image", ElementType.FLOAT, "N", channels, size, size);
        x = net.maxPool(net.relu(net.conv(x, "conv1", channels, 6, 5, 1, 2, 1, true)), 2, 2);
        x = net.maxPool(net.relu(net.conv(x, "conv2", 6, 16, 5, 1, 0, 1, true)), 2, 2);
        int left = (size / 2 - 4) / 2;
        x = net.relu(net.gemm(net.flatten(x), "dense1", 16 * left * left, 120));
        x = net.relu(net.gemm(x, "dense2", 120, 84));
        return net.output(net.gemm(x, "head", 84, classes), "logits", ElementType.FLOAT, "N", classes)
                .build();
    }

    /** Dense layers with ReLU between; input {@code features} [N, features]. */
    public static Graph mlp(int features, int[] hidden, int classes, long seed) {
        GraphBuilder net = GraphBuilder.named("mlp").opset(OPSET).seed(seed);
        String x = net.input("features", ElementType.FLOAT, "N", features);
        int in = features;
        for (int layer = 0; layer < hidden.length; layer++) {
            x = net.relu(net.gemm(x, "dense" + (layer + 1), in, hidden[layer]));
            in = hidden[layer];
        }
        return net.output(net.gemm(x, "head", in, classes), "logits", ElementType.FLOAT, "N", classes)
                .build();
    }

    private static String basicBlock(GraphBuilder net, String x, String name, int in, int out, int stride) {
        String y = net.relu(
                net.batchNorm(net.conv(x, name + "_conv1", in, out, 3, stride, 1, 1, false), name + "_norm1", out));
        y = net.batchNorm(net.conv(y, name + "_conv2", out, out, 3, 1, 1, 1, false), name + "_norm2", out);
        String shortcut = x;
        if (stride != 1 || in != out) {
            shortcut = net.batchNorm(
                    net.conv(x, name + "_shortcut", in, out, 1, stride, 0, 1, false), name + "_shortcut_norm", out);
        }
        return net.relu(net.add(y, shortcut));
    }
}
