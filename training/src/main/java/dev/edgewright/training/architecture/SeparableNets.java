package dev.edgewright.training.architecture;

import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.GraphBuilder;

/** Networks of depthwise separable convolutions. */
final class SeparableNets {

    private SeparableNets() {}

    /** DS-CNN for keywords (Zhang et al. 2017, arXiv 1711.07128): a stem and four separable blocks of 64 channels. */
    static Graph dsCnn(int channels, int size, int classes, long seed) {
        GraphBuilder net =
                GraphBuilder.named("ds-cnn").opset(Architectures.OPSET).seed(seed);
        String x = net.input("image", ElementType.FLOAT, "N", channels, size, size);
        x = net.relu(net.batchNorm(net.conv(x, "stem", channels, 64, 3, 2, 1, 1, false), "stem_norm", 64));
        for (int block = 1; block <= 4; block++) {
            x = separable(net, x, "block" + block, 64, 64, 1);
        }
        x = net.gemm(net.flatten(net.globalAveragePool(x)), "head", 64, classes);
        return net.output(x, "logits", ElementType.FLOAT, "N", classes).build();
    }

    /** MobileNetV1 (Howard et al. 2017, arXiv 1704.04861) cut down for small images. */
    static Graph mobileNet(int channels, int size, int classes, long seed) {
        GraphBuilder net =
                GraphBuilder.named("mobilenet").opset(Architectures.OPSET).seed(seed);
        String x = net.input("image", ElementType.FLOAT, "N", channels, size, size);
        x = net.relu(net.batchNorm(net.conv(x, "stem", channels, 32, 3, 1, 1, 1, false), "stem_norm", 32));
        int[] outputs = {64, 128, 128, 256, 256};
        int[] strides = {1, 2, 1, 2, 1};
        int in = 32;
        for (int block = 0; block < outputs.length; block++) {
            x = separable(net, x, "block" + (block + 1), in, outputs[block], strides[block]);
            in = outputs[block];
        }
        x = net.gemm(net.flatten(net.globalAveragePool(x)), "head", in, classes);
        return net.output(x, "logits", ElementType.FLOAT, "N", classes).build();
    }

    private static String separable(GraphBuilder net, String x, String name, int in, int out, int stride) {
        String y = net.conv(x, name + "_depthwise", in, in, 3, stride, 1, in, false);
        y = net.relu(net.batchNorm(y, name + "_depthwise_norm", in));
        y = net.conv(y, name + "_pointwise", in, out, 1, 1, 0, 1, false);
        return net.relu(net.batchNorm(y, name + "_pointwise_norm", out));
    }
}
