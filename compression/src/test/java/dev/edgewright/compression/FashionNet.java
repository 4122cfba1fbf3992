package dev.edgewright.compression;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;

/** Small networks with fixed weights: not trained, but with every pattern that a trained one has. */
public final class FashionNet {

    private FashionNet() {}

    /** Conv, BatchNormalization, Relu, a residual Add, MaxPool, GlobalAveragePool, Gemm: [N,1,28,28] to [N,10]. */
    public static Graph residual() {
        return residual("N");
    }

    /** The same with another first axis: a number fixes the batch. */
    public static Graph residual(Object batch) {
        GraphBuilder net = GraphBuilder.named("residual").seed(11);
        String x = net.input("image", ElementType.FLOAT, batch, 1, 28, 28);
        String stem = net.relu(net.batchNorm(net.conv(x, "stem", 1, 32, 3, 1, 1, 1, false), "bn0", 32));
        stem = net.maxPool(stem, 2, 2);
        String left = net.relu(net.batchNorm(net.conv(stem, "left", 32, 32, 3, 1, 1, 1, false), "bn1", 32));
        left = net.batchNorm(net.conv(left, "right", 32, 32, 3, 1, 1, 1, false), "bn2", 32);
        String sum = net.relu(net.add(left, stem));
        String wide = net.relu(net.conv(sum, "wide", 32, 64, 3, 2, 1, 1, true));
        String head = net.gemm(net.flatten(net.globalAveragePool(wide)), "head", 64, 10);
        return net.output(head, "logits", ElementType.FLOAT, batch, 10).build();
    }

    /** Two dense layers: [N,784] to [N,10]. */
    public static Graph dense() {
        GraphBuilder net = GraphBuilder.named("dense").seed(12);
        String x = net.input("image", ElementType.FLOAT, "N", 784);
        x = net.relu(net.gemm(x, "fc1", 784, 256));
        x = net.relu(net.gemm(x, "fc2", 256, 128));
        return net.output(net.gemm(x, "fc3", 128, 10), "logits", ElementType.FLOAT, "N", 10)
                .build();
    }
}
