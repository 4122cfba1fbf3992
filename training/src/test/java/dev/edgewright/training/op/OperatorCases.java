package dev.edgewright.training.op;

import static dev.edgewright.training.op.OperatorCase.Domain.POSITIVE;
import static dev.edgewright.training.op.OperatorCase.Domain.SMALL;

import java.util.List;
import java.util.stream.Stream;

/** The forms of every operator that {@link OperatorsTest} holds against ONNX Runtime, family by family. */
final class OperatorCases {

    private OperatorCases() {}

    static Stream<OperatorCase> all() {
        return Stream.of(
                        convolutions(),
                        pooling(),
                        normalizations(),
                        activations(),
                        arithmetic(),
                        reductions(),
                        shaping(),
                        logic())
                .flatMap(List::stream);
    }

    private static List<OperatorCase> convolutions() {
        return List.of(
                OperatorCase.of("Conv", "3x3, outputs no multiple of 16")
                        .x(SMALL, 2, 3, 6, 6)
                        .x(SMALL, 5, 3, 3, 3)
                        .x(SMALL, 5)
                        .ints("pads", 1, 1, 1, 1),
                OperatorCase.of("Conv", "3x3, 16 outputs, no bias")
                        .x(SMALL, 2, 3, 5, 5)
                        .x(SMALL, 16, 3, 3, 3)
                        .ints("pads", 1, 1, 1, 1),
                OperatorCase.of("Conv", "5x5, 20 outputs")
                        .x(SMALL, 2, 4, 8, 8)
                        .x(SMALL, 20, 4, 5, 5)
                        .ints("pads", 2, 2, 2, 2),
                OperatorCase.of("Conv", "pointwise")
                        .x(SMALL, 2, 5, 4, 4)
                        .x(SMALL, 7, 5, 1, 1)
                        .x(SMALL, 7),
                OperatorCase.of("Conv", "stride 2")
                        .x(SMALL, 2, 3, 7, 7)
                        .x(SMALL, 5, 3, 3, 3)
                        .ints("strides", 2, 2)
                        .ints("pads", 1, 1, 1, 1),
                OperatorCase.of("Conv", "depthwise")
                        .x(SMALL, 2, 6, 6, 6)
                        .x(SMALL, 6, 1, 3, 3)
                        .x(SMALL, 6)
                        .set("group", 6L)
                        .ints("pads", 1, 1, 1, 1),
                OperatorCase.of("Conv", "grouped")
                        .x(SMALL, 2, 6, 5, 5)
                        .x(SMALL, 4, 3, 3, 3)
                        .set("group", 2L),
                OperatorCase.of("Conv", "dilated")
                        .x(SMALL, 2, 3, 8, 8)
                        .x(SMALL, 5, 3, 3, 3)
                        .ints("dilations", 2, 2)
                        .ints("pads", 2, 2, 2, 2),
                OperatorCase.of("Conv", "uneven padding")
                        .x(SMALL, 1, 2, 6, 6)
                        .x(SMALL, 3, 2, 3, 3)
                        .ints("strides", 2, 2)
                        .ints("pads", 0, 0, 1, 1),
                OperatorCase.of("Conv", "SAME_UPPER")
                        .x(SMALL, 1, 2, 6, 6)
                        .x(SMALL, 3, 2, 3, 3)
                        .ints("strides", 2, 2)
                        .set("auto_pad", "SAME_UPPER"),
                OperatorCase.of("Conv", "one spatial axis")
                        .x(SMALL, 2, 3, 9)
                        .x(SMALL, 5, 3, 3)
                        .ints("pads", 1, 1),
                OperatorCase.of("ConvTranspose", "stride 2")
                        .x(SMALL, 2, 3, 4, 4)
                        .x(SMALL, 3, 5, 3, 3)
                        .x(SMALL, 5)
                        .ints("strides", 2, 2)
                        .ints("pads", 1, 1, 1, 1)
                        .ints("output_padding", 1, 1),
                OperatorCase.of("ConvTranspose", "grouped, dilated")
                        .x(SMALL, 1, 4, 4, 4)
                        .x(SMALL, 4, 2, 3, 3)
                        .set("group", 2L)
                        .ints("dilations", 2, 2),
                OperatorCase.of("Gemm", "transB")
                        .x(SMALL, 3, 4)
                        .x(SMALL, 5, 4)
                        .x(SMALL, 5)
                        .set("transB", 1L),
                OperatorCase.of("Gemm", "alpha, beta, transA")
                        .x(SMALL, 4, 3)
                        .x(SMALL, 4, 5)
                        .x(SMALL, 3, 5)
                        .set("transA", 1L)
                        .set("alpha", 0.5f)
                        .set("beta", 2f),
                OperatorCase.of("MatMul").x(SMALL, 3, 4).x(SMALL, 4, 5),
                OperatorCase.of("MatMul", "batched, one side broadcast")
                        .x(SMALL, 2, 2, 3, 4)
                        .x(SMALL, 4, 5),
                OperatorCase.of("MatMul", "attention").x(SMALL, 2, 2, 3, 4).x(SMALL, 2, 2, 4, 3));
    }

    private static List<OperatorCase> pooling() {
        return List.of(
                OperatorCase.of("MaxPool")
                        .x(1, 2, 6, 6)
                        .ints("kernel_shape", 2, 2)
                        .ints("strides", 2, 2),
                OperatorCase.of("MaxPool", "3x3, padded")
                        .x(1, 2, 7, 7)
                        .ints("kernel_shape", 3, 3)
                        .ints("strides", 2, 2)
                        .ints("pads", 1, 1, 1, 1),
                OperatorCase.of("MaxPool", "uneven padding")
                        .x(1, 2, 6, 6)
                        .ints("kernel_shape", 3, 3)
                        .ints("strides", 2, 2)
                        .ints("pads", 0, 0, 1, 1),
                OperatorCase.of("AveragePool")
                        .x(1, 2, 6, 6)
                        .ints("kernel_shape", 2, 2)
                        .ints("strides", 2, 2),
                OperatorCase.of("AveragePool", "padding not counted")
                        .x(1, 2, 6, 6)
                        .ints("kernel_shape", 3, 3)
                        .ints("strides", 1, 1)
                        .ints("pads", 1, 1, 1, 1),
                OperatorCase.of("AveragePool", "uneven padding")
                        .x(1, 2, 6, 6)
                        .ints("kernel_shape", 3, 3)
                        .ints("strides", 2, 2)
                        .ints("pads", 0, 0, 1, 1),
                OperatorCase.of("AveragePool", "padding counted")
                        .x(1, 2, 6, 6)
                        .ints("kernel_shape", 3, 3)
                        .ints("strides", 2, 2)
                        .ints("pads", 1, 1, 1, 1)
                        .set("count_include_pad", 1L),
                OperatorCase.of("GlobalAveragePool").x(2, 3, 4, 5),
                OperatorCase.of("GlobalMaxPool").x(2, 3, 4, 4));
    }

    private static List<OperatorCase> normalizations() {
        return List.of(
                OperatorCase.of("BatchNormalization")
                        .x(SMALL, 2, 3, 4, 4)
                        .x(SMALL, 3)
                        .x(SMALL, 3)
                        .constant(new float[] {0.1f, -0.2f, 0.3f}, 3)
                        .constant(new float[] {0.5f, 1f, 2f}, 3),
                OperatorCase.of("LayerNormalization")
                        .x(SMALL, 2, 3, 6)
                        .x(SMALL, 6)
                        .x(SMALL, 6),
                OperatorCase.of("LayerNormalization", "no bias")
                        .x(SMALL, 2, 3, 6)
                        .x(SMALL, 6),
                OperatorCase.of("LayerNormalization", "over two axes")
                        .x(SMALL, 2, 3, 6)
                        .x(SMALL, 3, 6)
                        .x(SMALL, 3, 6)
                        .set("axis", 1L),
                OperatorCase.of("InstanceNormalization")
                        .x(SMALL, 2, 3, 4, 4)
                        .x(SMALL, 3)
                        .x(SMALL, 3),
                OperatorCase.of("Dropout").x(2, 5));
    }

    private static List<OperatorCase> activations() {
        return List.of(
                OperatorCase.of("Relu").x(3, 5),
                OperatorCase.of("LeakyRelu").x(3, 5).set("alpha", 0.1f),
                OperatorCase.of("Elu").x(3, 5).set("alpha", 0.8f),
                OperatorCase.of("PRelu").x(2, 3, 4).x(SMALL, 3, 1),
                OperatorCase.of("Clip").x(3, 6).constant(-0.2f).constant(0.43f),
                OperatorCase.of("Clip", "Relu6").x(4, 60).constant(0f).constant(6f),
                OperatorCase.of("Clip", "one side").x(3, 6).leftOut().constant(0.43f),
                OperatorCase.of("Sigmoid").x(3, 5),
                OperatorCase.of("HardSigmoid").x(4, 33).set("alpha", 0.2f),
                OperatorCase.of("HardSwish").x(4, 33),
                OperatorCase.of("Mish").x(3, 5),
                OperatorCase.of("Softplus").x(3, 5),
                OperatorCase.of("Tanh").x(3, 5),
                OperatorCase.of("Erf").x(3, 5),
                OperatorCase.of("Gelu").x(3, 5),
                OperatorCase.of("Gelu", "tanh").x(3, 5).set("approximate", "tanh"),
                OperatorCase.of("Softmax").x(2, 3, 4),
                OperatorCase.of("Softmax", "axis 1").x(2, 3, 4).set("axis", 1L),
                OperatorCase.of("Softmax", "before operator set 13")
                        .x(2, 3, 4)
                        .set("axis", 1L)
                        .opset(12),
                OperatorCase.of("LogSoftmax").x(2, 3, 4));
    }

    private static List<OperatorCase> arithmetic() {
        return List.of(
                OperatorCase.of("Add", "broadcast").x(2, 3, 4).x(3, 1),
                OperatorCase.of("Sub").x(2, 3).x(2, 3),
                OperatorCase.of("Mul", "broadcast").x(2, 3, 4).x(4),
                OperatorCase.of("Div").x(2, 3).x(POSITIVE, 2, 3),
                OperatorCase.of("Pow", "constant").x(POSITIVE, 2, 3).constant(1.5f),
                OperatorCase.of("Pow", "square of both signs").x(2, 3).constant(2f),
                OperatorCase.of("Pow").x(POSITIVE, 2, 3).x(SMALL, 2, 3),
                OperatorCase.of("Max").x(2, 3).x(2, 3),
                OperatorCase.of("Min").x(2, 3).x(2, 3),
                OperatorCase.of("Sum").x(2, 3).x(2, 3).x(2, 3),
                OperatorCase.of("Mean").x(2, 3).x(2, 3),
                OperatorCase.of("Neg").x(2, 3),
                OperatorCase.of("Abs").x(2, 3),
                OperatorCase.of("Sqrt").x(POSITIVE, 2, 3),
                OperatorCase.of("Exp").x(SMALL, 2, 3),
                OperatorCase.of("Log").x(POSITIVE, 2, 3),
                OperatorCase.of("Sin").x(2, 3),
                OperatorCase.of("Cos").x(2, 3),
                OperatorCase.of("Reciprocal").x(POSITIVE, 2, 3),
                OperatorCase.of("Identity").x(2, 3),
                OperatorCase.of("Floor").x(3, 7).forwardOnly(),
                OperatorCase.of("Ceil").x(3, 7).forwardOnly(),
                OperatorCase.of("Round").x(3, 17).forwardOnly(),
                OperatorCase.of("Sign").x(3, 7).forwardOnly());
    }

    private static List<OperatorCase> reductions() {
        return List.of(
                OperatorCase.of("ReduceSum").x(2, 3, 4).longs(0, 2),
                OperatorCase.of("ReduceMean", "several axes")
                        .x(2, 3, 4)
                        .longs(1, 2)
                        .set("keepdims", 0L),
                OperatorCase.of("ReduceMean", "all, axes as attribute")
                        .x(2, 3, 4)
                        .opset(17)
                        .ints("axes", 0, 1, 2),
                OperatorCase.of("ReduceMax").x(2, 3, 4).longs(1, -1).set("keepdims", 0L),
                OperatorCase.of("ReduceMin").x(2, 3, 4).longs(0),
                OperatorCase.of("ReduceProd").x(POSITIVE, 2, 3).longs(1),
                OperatorCase.of("ReduceL1").x(2, 3, 4).longs(2),
                OperatorCase.of("ReduceL2").x(2, 3, 4).longs(2),
                OperatorCase.of("ReduceSumSquare").x(2, 3, 4).longs(1),
                OperatorCase.of("ReduceLogSum").x(POSITIVE, 2, 3).longs(1),
                OperatorCase.of("ReduceLogSumExp").x(2, 3, 4).longs(2).set("keepdims", 0L));
    }

    private static List<OperatorCase> shaping() {
        return List.of(
                OperatorCase.of("Reshape").x(2, 3, 4).longs(0, -1),
                OperatorCase.of("Flatten").x(2, 3, 4),
                OperatorCase.of("Flatten", "axis 2").x(2, 3, 4).set("axis", 2L),
                OperatorCase.of("Transpose").x(2, 3, 4).ints("perm", 2, 0, 1),
                OperatorCase.of("Transpose", "reversed").x(2, 3, 4),
                OperatorCase.of("Squeeze").x(2, 1, 3, 1).longs(1),
                OperatorCase.of("Unsqueeze").x(2, 3).longs(0, -1),
                OperatorCase.of("Expand").x(3, 1).longs(2, 3, 4),
                OperatorCase.of("Tile").x(2, 3).longs(2, 1),
                OperatorCase.of("Concat").x(2, 3).x(2, 2).set("axis", 1L),
                OperatorCase.of("Split").x(2, 6).longs(2, 4).set("axis", 1L).outputs(2),
                OperatorCase.of("Split", "even")
                        .x(2, 6)
                        .set("axis", 1L)
                        .set("num_outputs", 3L)
                        .outputs(3),
                OperatorCase.of("Slice")
                        .x(4, 6)
                        .longs(1, 0)
                        .longs(3, 5)
                        .longs(0, 1)
                        .longs(1, 2),
                OperatorCase.of("Slice", "from the end")
                        .x(4, 6)
                        .longs(-3)
                        .longs(Long.MAX_VALUE)
                        .longs(-1),
                OperatorCase.of("Slice", "backwards")
                        .x(4, 6)
                        .longs(-1)
                        .longs(Long.MIN_VALUE)
                        .longs(1)
                        .longs(-2),
                OperatorCase.of("Gather").x(5, 3).longs(0, 4, -1, 0),
                OperatorCase.of("Gather", "axis 1").x(2, 5, 3).longs(3, 1).set("axis", 1L),
                OperatorCase.of("Pad").x(2, 3).longs(0, 1, 2, 0).constant(0.5f),
                OperatorCase.of("DepthToSpace").x(1, 8, 2, 3).set("blocksize", 2L),
                OperatorCase.of("DepthToSpace", "CRD")
                        .x(1, 8, 2, 3)
                        .set("blocksize", 2L)
                        .set("mode", "CRD"),
                OperatorCase.of("Resize", "nearest")
                        .x(1, 2, 3, 4)
                        .leftOut()
                        .constant(new float[] {1, 1, 2, 2}, 4)
                        .set("mode", "nearest")
                        .set("coordinate_transformation_mode", "asymmetric")
                        .set("nearest_mode", "floor"),
                OperatorCase.of("Resize", "linear")
                        .x(1, 2, 3, 4)
                        .leftOut()
                        .leftOut()
                        .longs(1, 2, 6, 7)
                        .set("mode", "linear"),
                OperatorCase.of("Resize", "linear, corners")
                        .x(1, 2, 3, 4)
                        .leftOut()
                        .leftOut()
                        .longs(1, 2, 6, 7)
                        .set("mode", "linear")
                        .set("coordinate_transformation_mode", "align_corners"),
                OperatorCase.of("Shape").x(2, 3, 4).forwardOnly(),
                OperatorCase.of("Size").x(2, 3, 4).forwardOnly(),
                OperatorCase.of("ArgMax").x(2, 3, 4).set("axis", 1L).forwardOnly());
    }

    private static List<OperatorCase> logic() {
        return List.of(
                OperatorCase.of("Where")
                        .booleans(new byte[] {1, 0, 1, 0, 0, 1}, 2, 3)
                        .x(2, 3)
                        .x(2, 3),
                OperatorCase.of("Where", "broadcast")
                        .booleans(new byte[] {1, 0, 1}, 3)
                        .x(2, 3)
                        .x(1, 3),
                OperatorCase.of("Equal").x(2, 3).constant(0.035f).forwardOnly(),
                OperatorCase.of("Greater").x(2, 3).x(2, 3).forwardOnly(),
                OperatorCase.of("GreaterOrEqual").x(2, 3).x(2, 3).forwardOnly(),
                OperatorCase.of("Less").x(2, 3).x(2, 3).forwardOnly(),
                OperatorCase.of("LessOrEqual").x(2, 3).x(2, 3).forwardOnly(),
                OperatorCase.of("Cast", "to bool").x(2, 3).set("to", 9L).forwardOnly(),
                OperatorCase.of("Cast").x(2, 3).set("to", 1L));
    }
}
