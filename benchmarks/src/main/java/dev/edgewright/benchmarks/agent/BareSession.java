package dev.edgewright.benchmarks.agent;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.edgewright.agent.inference.OrtRuntime;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/** ONNX Runtime's Java binding as an application would use it alone: a tensor from direct memory, a run, the floats out. */
final class BareSession implements AutoCloseable {
    private final OrtEnvironment environment = OrtRuntime.environment();
    private final OrtSession session;

    BareSession(Path model, int threads) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            session = environment.createSession(model.toString(), options);
        }
    }

    /** @param x direct */
    float[] run(FloatBuffer x) throws OrtException {
        try (OnnxTensor input = OnnxTensor.createTensor(environment, x.rewind(), SyntheticNet.INPUT_SHAPE);
                OrtSession.Result result = session.run(Map.of("x", input))) {
            FloatBuffer y = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] floats = new float[y.remaining()];
            y.get(floats);
            return floats;
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
