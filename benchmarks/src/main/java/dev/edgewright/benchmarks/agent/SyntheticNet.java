package dev.edgewright.benchmarks.agent;

import dev.edgewright.compression.onnx.proto.AttributeProto;
import dev.edgewright.compression.onnx.proto.GraphProto;
import dev.edgewright.compression.onnx.proto.ModelProto;
import dev.edgewright.compression.onnx.proto.NodeProto;
import dev.edgewright.compression.onnx.proto.OperatorSetIdProto;
import dev.edgewright.compression.onnx.proto.TensorProto;
import dev.edgewright.compression.onnx.proto.TensorShapeProto;
import dev.edgewright.compression.onnx.proto.TypeProto;
import dev.edgewright.compression.onnx.proto.ValueInfoProto;
import java.util.Random;

/**
 * A convolutional net of a wanted cost: x FP32[1,3,64,64], a 3x3 convolution to 32 channels with stride 2, then as many 3x3 convolutions
 * with Relu at 32 x 32 as asked for, then a global mean, y FP32[1,32]. Random weights from a fixed seed.
 */
final class SyntheticNet {
    static final long[] INPUT_SHAPE = {1, 3, 64, 64};
    static final int INPUT_ELEMENTS = 3 * 64 * 64;

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("synthetic");
    private final Random random = new Random(7);

    private SyntheticNet() {}

    static byte[] of(int layers) {
        SyntheticNet net = new SyntheticNet();
        String x = net.conv("x", 3, 32, 2, 0);
        for (int i = 1; i <= layers; i++) {
            x = net.conv(x, 32, 32, 1, i);
        }
        net.graph.addNode(node("GlobalAveragePool", "pool", x));
        net.graph.addNode(node("Flatten", "y", "pool"));
        net.graph.addInput(value("x", INPUT_SHAPE)).addOutput(value("y", 1, 32));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("edgewright")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(net.graph)
                .build()
                .toByteArray();
    }

    private String conv(String input, int in, int out, int stride, int index) {
        TensorProto.Builder weights = TensorProto.newBuilder()
                .setName("w" + index)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addDims(out)
                .addDims(in)
                .addDims(3)
                .addDims(3);
        double scale = Math.sqrt(2.0 / (9 * in));
        for (int i = 0; i < out * in * 9; i++) {
            weights.addFloatData((float) (random.nextGaussian() * scale));
        }
        graph.addInitializer(weights);
        graph.addNode(node("Conv", "c" + index, input, "w" + index).toBuilder()
                .addAttribute(ints("pads", 1, 1, 1, 1))
                .addAttribute(ints("strides", stride, stride)));
        graph.addNode(node("Relu", "r" + index, "c" + index));
        return "r" + index;
    }

    private static NodeProto node(String operator, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(java.util.List.of(inputs))
                .addOutput(output)
                .build();
    }

    private static AttributeProto ints(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    private static ValueInfoProto value(String name, long... shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (long dimension : shape) {
            dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dimension));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(dims)))
                .build();
    }
}
