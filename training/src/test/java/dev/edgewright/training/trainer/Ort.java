package dev.edgewright.training.trainer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.training.data.Samples;
import java.nio.FloatBuffer;
import java.util.Map;

/** The judge: ONNX Runtime's own answer. */
public final class Ort {

    private Ort() {}

    /** Logits [samples, classes] of the graph's first output. */
    public static float[][] logits(Graph graph, Samples samples) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = OrtEnvironment.getEnvironment().createSession(OnnxFile.toBytes(graph), options)) {
            float[] inputs = new float[samples.size() * samples.elements()];
            for (int i = 0; i < samples.size(); i++) {
                samples.read(i, inputs, i * samples.elements());
            }
            try (OnnxTensor tensor = OnnxTensor.createTensor(
                            OrtEnvironment.getEnvironment(),
                            FloatBuffer.wrap(inputs),
                            samples.features().get(0).batch(samples.size()));
                    OrtSession.Result result = session.run(
                            Map.of(session.getInputNames().iterator().next(), tensor))) {
                return (float[][]) result.get(0).getValue();
            }
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    public static int correct(Graph graph, Samples samples) {
        float[][] logits = logits(graph, samples);
        int correct = 0;
        for (int i = 0; i < logits.length; i++) {
            correct += Evaluation.largest(logits[i], 0, logits[i].length) == samples.label(i) ? 1 : 0;
        }
        return correct;
    }
}
