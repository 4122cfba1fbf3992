package dev.edgewright.compression.data;

import dev.edgewright.compression.graph.Tensor;
import java.util.Map;

/**
 * Samples that are run together.
 *
 * @param inputs for each input of the model a tensor [size, ...]
 * @param labels one class for each sample, empty when the data has no labels
 * @param size the number of samples
 */
public record Batch(Map<String, Tensor> inputs, long[] labels, int size) {

    public Batch {
        inputs = Map.copyOf(inputs);
    }

    public boolean hasLabels() {
        return labels.length > 0;
    }
}
