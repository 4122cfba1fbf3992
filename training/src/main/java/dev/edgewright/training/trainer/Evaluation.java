package dev.edgewright.training.trainer;

import dev.edgewright.training.data.Samples;
import dev.edgewright.training.op.RunMode;
import dev.edgewright.training.op.Value;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How a graph does on samples, in the engine.
 *
 * @param samples how many
 * @param correct how many of them were given their label's class
 * @param loss mean cross-entropy
 */
public record Evaluation(int samples, int correct, double loss) {

    public double accuracy() {
        return samples == 0 ? 0 : (double) correct / samples;
    }

    /** Half the width of the 95 % interval of the accuracy (Wilson score). */
    public double halfWidth() {
        double z = 1.96;
        double n = samples;
        double p = accuracy();
        return z / (1 + z * z / n) * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    }

    /** Runs the graph over all samples in inference form and compares the largest output with the label. */
    public static Evaluation of(
            TensorBackend backend, GraphProgram program, ModelState state, Samples samples, String output, int batch) {
        String input = program.graph().feeds().get(0).name();
        int correct = 0;
        double loss = 0;
        int elements = samples.elements();
        for (int from = 0; from < samples.size(); from += batch) {
            int size = Math.min(batch, samples.size() - from);
            float[] inputs = new float[size * elements];
            for (int i = 0; i < size; i++) {
                samples.read(from + i, inputs, i * elements);
            }
            try (TensorBackend.Scope scope = backend.scope()) {
                Map<String, Value> values = new HashMap<>(state.values(scope));
                values.put(input, new Value.Dense(backend.floats(inputs, withBatch(size, samples.shape()))));
                Tensor logits = ((Value.Dense) program.run(backend, values, RunMode.INFERENCE, Set.of(), null)
                                .get(output))
                        .tensor();
                int classes = (int) logits.shape().get(-1);
                float[] scores = logits.reshape(size, classes).logSoftmax(1).toFloats();
                for (int i = 0; i < size; i++) {
                    int label = samples.label(from + i);
                    loss -= scores[i * classes + label];
                    correct += largest(scores, i * classes, classes) == label ? 1 : 0;
                }
            }
        }
        return new Evaluation(samples.size(), correct, samples.size() == 0 ? 0 : loss / samples.size());
    }

    static int largest(float[] values, int from, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            if (values[from + i] > values[from + best]) {
                best = i;
            }
        }
        return best;
    }

    static long[] withBatch(int size, long[] shape) {
        long[] result = new long[shape.length + 1];
        result[0] = size;
        System.arraycopy(shape, 0, result, 1, shape.length);
        return result;
    }
}
