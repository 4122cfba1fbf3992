package dev.edgewright.training.op;

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

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.edgewright.training.op.OperatorCases#all")
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
    @MethodSource("dev.edgewright.training.op.OperatorCases#all")
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
        OperatorCases.all().forEach(operator -> covered.add(operator.op()));
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
