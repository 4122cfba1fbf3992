package dev.edgewright.training.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.training.op.OperatorTable;
import dev.edgewright.training.op.RunMode;
import dev.edgewright.training.op.Value;
import dev.edgewright.training.tensor.PyTorchBackend;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.io.InputStream;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A real transformer encoder, as its exporter wrote it: all-MiniLM-L6-v2. */
class EncoderTest {

    private static final long[] TOKENS = {101, 2023, 2003, 1037, 3231, 102, 101, 7592, 2088, 102, 0, 0};
    private static final long[] MASK = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0};

    @Test
    void miniLmAnswersAsInOnnxRuntimeAndEveryLayerGetsAGradient() throws Exception {
        Graph graph;
        try (InputStream in = getClass().getResourceAsStream("/all-minilm-l6-v2.onnx")) {
            graph = OnnxFile.parse(in.readAllBytes());
        }
        String output = graph.outputs().get(0).name();
        float[] wanted = ort(graph, output);
        try (TensorBackend backend = new PyTorchBackend()) {
            GraphProgram program = GraphProgram.of(graph, OperatorTable.standard());
            ModelState state = ModelState.load(graph, backend);
            try (TensorBackend.Scope scope = backend.scope()) {
                Map<String, Value> values = new HashMap<>(state.values(scope));
                graph.feeds()
                        .forEach(feed ->
                                values.put(feed.name(), new Value.Dense(backend.longs(ids(feed.name()), 2, 6))));
                backend.withGradients(() -> {
                    Tensor hidden = ((Value.Dense)
                                    program.run(backend, values, RunMode.TRAINING_FROZEN_NORM, Set.of(), null)
                                            .get(output))
                            .tensor();
                    float[] got = hidden.toFloats();
                    assertThat(got).hasSameSizeAs(wanted);
                    for (int i = 0; i < got.length; i++) {
                        assertThat(got[i]).isCloseTo(wanted[i], org.assertj.core.data.Offset.offset(2e-3f));
                    }
                    Tensor flat = hidden.reshape(got.length);
                    backend.backward(flat.mul(flat).sum(false, 0));
                    return null;
                });
                state.weights().forEach((name, weight) -> {
                    if (weight.shape().rank() == 2) {
                        Tensor gradient = backend.gradient(weight);
                        assertThat(gradient).as("gradient of %s", name).isNotNull();
                        Tensor flat = gradient.reshape(gradient.shape().elements());
                        assertThat(flat.mul(flat).sum(false, 0).scalar())
                                .as("gradient of %s", name)
                                .isGreaterThan(0)
                                .isFinite();
                    }
                });
            }
        }
    }

    private static long[] ids(String input) {
        return input.contains("mask") ? MASK : input.contains("type") ? new long[12] : TOKENS;
    }

    private static float[] ort(Graph graph, String output) throws Exception {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(OnnxFile.toBytes(graph), new OrtSession.SessionOptions())) {
            Map<String, OnnxTensor> feeds = new HashMap<>();
            for (String name : session.getInputNames()) {
                feeds.put(name, OnnxTensor.createTensor(environment, LongBuffer.wrap(ids(name)), new long[] {2, 6}));
            }
            try (OrtSession.Result result = session.run(feeds)) {
                OnnxTensor tensor = (OnnxTensor) result.get(output).orElseThrow();
                float[] values = new float[(int) tensor.getInfo().getNumElements()];
                tensor.getFloatBuffer().get(values);
                return values;
            }
        }
    }
}
