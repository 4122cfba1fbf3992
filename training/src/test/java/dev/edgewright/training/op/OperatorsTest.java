package dev.edgewright.training.op;

import static dev.edgewright.training.op.OperatorCase.Domain.POSITIVE;
import static dev.edgewright.training.op.OperatorCase.Domain.SMALL;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.training.tensor.PyTorchBackend;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.GraphProgram;
import dev.edgewright.training.trainer.ModelState;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operator: forward equal to ONNX Runtime, gradient equal to finite differences of ONNX Runtime's own forward. */
class OperatorsTest {

    private static final double STEP = 0.01;
    private static final int ENTRIES = 12;

    private static TensorBackend backend;
    private static OrtEnvironment runtime;

    @BeforeAll
    static void open() {
        backend = new PyTorchBackend();
        runtime = OrtEnvironment.getEnvironment();
    }

    @AfterAll
    static void close() {
        backend.close();
    }

    static Stream<OperatorCase> cases() {
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

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void forwardEqualsOnnxRuntime(OperatorCase operator) throws Exception {
        Graph graph = operator.graph();
        Map<String, float[]> inputs = operator.values();
        try (OrtSession session = runtime.createSession(OnnxFile.toBytes(graph), new OrtSession.SessionOptions())) {
            Map<String, float[]> wanted = ort(session, operator, inputs);
            Map<String, float[]> got = engine(graph, operator, inputs, null, Map.of());
            wanted.forEach((name, values) -> {
                assertThat(got.get(name)).as(name).hasSize(values.length);
                for (int i = 0; i < values.length; i++) {
                    assertThat(got.get(name)[i])
                            .as("%s[%d]", name, i)
                            .isCloseTo(
                                    values[i], org.assertj.core.data.Offset.offset(1e-4f * (1 + Math.abs(values[i]))));
                }
            });
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void gradientEqualsFiniteDifferences(OperatorCase operator) throws Exception {
        if (!operator.differentiable()) {
            return;
        }
        Graph graph = operator.graph();
        Map<String, float[]> inputs = operator.values();
        Random random = new Random(11);
        try (OrtSession session = runtime.createSession(OnnxFile.toBytes(graph), new OrtSession.SessionOptions())) {
            Map<String, float[]> weights = new LinkedHashMap<>();
            ort(session, operator, inputs).forEach((name, values) -> {
                float[] weight = new float[values.length];
                for (int i = 0; i < weight.length; i++) {
                    weight[i] = random.nextFloat() + 0.25f;
                }
                weights.put(name, weight);
            });
            Map<String, float[]> gradients = new HashMap<>();
            engine(graph, operator, inputs, gradients, weights);
            for (Map.Entry<String, float[]> input : inputs.entrySet()) {
                float[] gradient = gradients.get(input.getKey());
                assertThat(gradient).as("gradient by %s", input.getKey()).isNotNull();
                for (int k = 0; k < Math.min(ENTRIES, gradient.length); k++) {
                    int at = gradient.length <= ENTRIES ? k : random.nextInt(gradient.length);
                    float kept = input.getValue()[at];
                    input.getValue()[at] = (float) (kept + STEP);
                    double high = weighted(ort(session, operator, inputs), weights);
                    input.getValue()[at] = (float) (kept - STEP);
                    double low = weighted(ort(session, operator, inputs), weights);
                    input.getValue()[at] = kept;
                    double wanted = (high - low) / (2 * STEP);
                    assertThat((double) gradient[at])
                            .as("gradient by %s[%d]", input.getKey(), at)
                            .isCloseTo(wanted, org.assertj.core.data.Offset.offset(0.01 + 0.01 * Math.abs(wanted)));
                }
            }
        }
    }

    @Test
    void everyOperatorOfTheTableHasACase() {
        Set<String> covered = new TreeSet<>();
        cases().forEach(operator -> covered.add(operator.op()));
        // These compute shapes and constants on the JVM, or are covered by GraphProgramTest.
        covered.addAll(Set.of("Constant", "ConstantOfShape", "Range", "And", "Or", "Not", "Upsample"));
        assertThat(covered).containsAll(OperatorTable.standard().names());
    }

    private static double weighted(Map<String, float[]> outputs, Map<String, float[]> weights) {
        double sum = 0;
        for (Map.Entry<String, float[]> output : outputs.entrySet()) {
            float[] weight = weights.get(output.getKey());
            for (int i = 0; i < weight.length; i++) {
                sum += (double) weight[i] * output.getValue()[i];
            }
        }
        return sum;
    }

    private static Map<String, float[]> ort(OrtSession session, OperatorCase operator, Map<String, float[]> inputs)
            throws Exception {
        Map<String, OnnxTensor> feeds = new HashMap<>();
        for (Map.Entry<String, float[]> input : inputs.entrySet()) {
            feeds.put(
                    input.getKey(),
                    OnnxTensor.createTensor(
                            runtime,
                            FloatBuffer.wrap(input.getValue()),
                            operator.shapes().get(input.getKey())));
        }
        Map<String, float[]> outputs = new LinkedHashMap<>();
        try (OrtSession.Result result = session.run(feeds)) {
            for (Map.Entry<String, OnnxValue> output : result) {
                outputs.put(output.getKey(), floats((OnnxTensor) output.getValue()));
            }
        } finally {
            feeds.values().forEach(OnnxTensor::close);
        }
        return outputs;
    }

    private static float[] floats(OnnxTensor tensor) {
        TensorInfo info = tensor.getInfo();
        float[] values = new float[(int) info.getNumElements()];
        switch (info.type) {
            case FLOAT -> tensor.getFloatBuffer().get(values);
            case INT64 -> {
                var longs = tensor.getLongBuffer();
                for (int i = 0; i < values.length; i++) {
                    values[i] = longs.get(i);
                }
            }
            case BOOL -> {
                var bytes = tensor.getByteBuffer();
                for (int i = 0; i < values.length; i++) {
                    values[i] = bytes.get(i);
                }
            }
            default -> throw new IllegalStateException(info.type.toString());
        }
        return values;
    }

    /** Runs the graph in the engine; fills gradients of the weighted sum of the outputs when asked for. */
    private static Map<String, float[]> engine(
            Graph graph,
            OperatorCase operator,
            Map<String, float[]> inputs,
            Map<String, float[]> gradients,
            Map<String, float[]> weights) {
        GraphProgram program = GraphProgram.of(graph, OperatorTable.standard());
        ModelState state = ModelState.frozen(graph, backend);
        Map<String, float[]> outputs = new HashMap<>();
        try (TensorBackend.Scope scope = backend.scope()) {
            Map<String, Value> values = new HashMap<>(state.values(scope));
            Map<String, Tensor> leaves = new LinkedHashMap<>();
            inputs.forEach((name, data) -> {
                Tensor leaf = backend.floats(data, operator.shapes().get(name));
                if (gradients != null) {
                    backend.trackGradient(leaf, true);
                }
                leaves.put(name, leaf);
                values.put(name, new Value.Dense(leaf));
            });
            RunMode mode = gradients == null ? RunMode.INFERENCE : RunMode.TRAINING_FROZEN_NORM;
            if (operator.op().equals("Dropout")) {
                mode = RunMode.INFERENCE;
            }
            RunMode chosen = mode;
            backend.withGradients(() -> {
                Map<String, Value> results = program.run(backend, values, chosen, Set.copyOf(inputs.keySet()), null);
                List<Tensor> terms = new ArrayList<>();
                graph.outputs().forEach(output -> {
                    Value value = results.get(output.name());
                    if (value instanceof Value.Host host) {
                        float[] data = new float[host.data().length];
                        for (int i = 0; i < data.length; i++) {
                            data[i] = (float) host.data()[i];
                        }
                        outputs.put(output.name(), data);
                        return;
                    }
                    Tensor tensor = ((Value.Dense) value).tensor();
                    outputs.put(output.name(), tensor.toFloats());
                    if (gradients != null) {
                        float[] weight = weights.get(output.name());
                        terms.add(tensor.reshape(weight.length)
                                .mul(backend.floats(weight, weight.length))
                                .sum(false, 0));
                    }
                });
                if (gradients != null) {
                    Tensor total = terms.get(0);
                    for (int i = 1; i < terms.size(); i++) {
                        total = total.add(terms.get(i));
                    }
                    backend.backward(total);
                    leaves.forEach((name, leaf) -> {
                        Tensor gradient = backend.gradient(leaf);
                        if (gradient != null) {
                            gradients.put(name, gradient.toFloats());
                        }
                    });
                }
                return null;
            });
        }
        return outputs;
    }
}
