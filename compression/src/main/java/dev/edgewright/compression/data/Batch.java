package dev.edgewright.compression.data;

import dev.edgewright.compression.graph.Tensor;
import java.util.Map;

/**
 * Samples that are run together.
 *
 * @param inputs for each input of the model a tensor [size, ...]
 * @param labels one class for each sample, empty when the data has no classes
 * @param targets numbers that the output should come close to [size, n], row by row; empty when the data has none
 * @param size the number of samples
 */
public record Batch(Map<String, Tensor> inputs, long[] labels, float[] targets, int size) {

    public Batch {
        inputs = Map.copyOf(inputs);
    }

    /** Whether there is a class for each sample. */
    public boolean hasLabels() {
        return labels.length > 0;
    }

    /** The numbers that belong to one sample, empty when the data has none. */
    public float[] targetsOf(int sample) {
        int width = targets.length / Math.max(1, size);
        return java.util.Arrays.copyOfRange(targets, sample * width, (sample + 1) * width);
    }
}
