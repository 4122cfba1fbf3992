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
 * @param samples how many with a class; 0 when only the loss is known
 * @param correct how many of them were given their label's class
 * @param loss mean cross-entropy; without classes, the mean of what the training makes small
 */
public record Evaluation(int samples, int correct, double loss) {

    /** Only a loss, of samples without classes. */
    static Evaluation ofLoss(double loss) {
        return new Evaluation(0, 0, loss);
    }

    /** Share of right answers; NaN when the samples have no classes. */
    public double accuracy() {
        return samples == 0 ? Double.NaN : (double) correct / samples;
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
        Feeds feeds = Feeds.of(program.graph(), samples.features());
        Batches batches = Batches.inOrder(samples, batch, 0);
        int correct = 0;
        double loss = 0;
        for (int number = 0; number * batch < samples.size(); number++) {
            Batches.Batch read = batches.read(number);
            try (TensorBackend.Scope scope = backend.scope()) {
                Map<String, Value> values = new HashMap<>(state.values(scope));
                values.putAll(feeds.pick(read.values(backend, samples.features())));
                Tensor logits = ((Value.Dense) program.run(backend, values, RunMode.INFERENCE, Set.of(), null)
                                .get(output))
                        .tensor();
                int classes = (int) logits.shape().get(-1);
                float[] scores =
                        logits.reshape(read.size(), classes).logSoftmax(1).toFloats();
                for (int i = 0; i < read.size(); i++) {
                    int label = samples.label(number * batch + i);
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
}
