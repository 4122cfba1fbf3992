package dev.edgewright.compression.evaluation;

import dev.edgewright.compression.graph.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The original model's scored outputs over a split, computed once and kept while they are small (64 MiB), so that candidates can be
 * compared without running the original again.
 */
public final class Reference {

    private static final long LIMIT = 64L << 20;

    private final List<float[]> rows;
    private final boolean complete;

    private Reference(List<float[]> rows, boolean complete) {
        this.rows = rows;
        this.complete = complete;
    }

    /** Collects rows while an evaluation runs. */
    static final class Builder {

        private final List<float[]> rows = new ArrayList<>();
        private long bytes;

        void add(float[] row) {
            bytes += row.length * 4L + 16;
            if (bytes <= LIMIT) {
                rows.add(row.clone());
            }
        }

        Reference build() {
            return new Reference(List.copyOf(rows), bytes <= LIMIT);
        }
    }

    /** How many samples are kept, from the first on. */
    public int samples() {
        return rows.size();
    }

    /** False when only the first samples are kept because the output is large; comparisons then cover those. */
    public boolean isComplete() {
        return complete;
    }

    float[] row(long sample) {
        return sample < rows.size() ? rows.get((int) sample) : null;
    }

    /** Splits an output [batch, ...] into rows. */
    static float[][] rows(Tensor output, int batch) {
        float[] values = output.toFloats();
        int width = batch == 0 ? 0 : values.length / batch;
        float[][] rows = new float[batch][];
        for (int i = 0; i < batch; i++) {
            rows[i] = java.util.Arrays.copyOfRange(values, i * width, (i + 1) * width);
        }
        return rows;
    }
}
