package dev.edgewright.training.trainer;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.training.data.ArraySamples;
import dev.edgewright.training.data.Samples;
import java.util.Random;

/** Small graphs and data that train in a second. */
public final class Toys {

    public static final int CLASSES = 3;

    private Toys() {}

    /** Three classes of 8x8 images: a bar that is high, low or diagonal, in noise. */
    public static Samples bars(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count * 64];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % CLASSES;
            int place = random.nextInt(6);
            for (int p = 0; p < 64; p++) {
                int y = p / 8;
                int x = p % 8;
                boolean on = labels[i] == 0
                        ? x == place || x == place + 1
                        : labels[i] == 1 ? y == place || y == place + 1 : Math.abs(x - y) <= 1;
                values[i * 64 + p] = (on ? 1 : 0) + (float) random.nextGaussian() * 0.4f;
            }
        }
        return new ArraySamples(values, labels, 1, 8, 8);
    }

    /** A CNN whose channels are no multiple of 16. */
    public static Graph cnn(long seed) {
        return cnn(seed, 6, 10);
    }

    public static Graph cnn(long seed, int first, int second) {
        GraphBuilder net = GraphBuilder.named("toy").opset(20).seed(seed);
        String x = net.input("image", ElementType.FLOAT, "N", 1, 8, 8);
        x = net.relu(net.batchNorm(net.conv(x, "conv1", 1, first, 3, 1, 1, 1, false), "norm1", first));
        x = net.relu(net.batchNorm(net.conv(x, "conv2", first, second, 3, 2, 1, 1, false), "norm2", second));
        String y = net.batchNorm(net.conv(x, "conv3", second, second, 3, 1, 1, 1, false), "norm3", second);
        x = net.relu(net.add(x, y));
        x = net.gemm(net.flatten(net.globalAveragePool(x)), "head", second, CLASSES);
        return net.output(x, "logits", ElementType.FLOAT, "N", CLASSES).build();
    }
}
