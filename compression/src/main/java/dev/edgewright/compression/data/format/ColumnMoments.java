package dev.edgewright.compression.data.format;

import dev.edgewright.compression.graph.Tensor;

/**
 * Mean and standard deviation of each feature over a range of samples, in one pass (Welford 1962).
 *
 * @param mean one for each feature
 * @param std one for each feature, of the whole range (divided by n); 1 for a feature that never changes
 */
public record ColumnMoments(float[] mean, float[] std) {

    private static final int AT_ONCE = 256;

    /** @param column features [samples, n], not preprocessed */
    public static ColumnMoments of(Column column, long from, long to) {
        double[] mean = new double[0];
        double[] squares = new double[0];
        long seen = 0;
        try (Column.Reader reader = column.open(from)) {
            for (long at = from; at < to; at += AT_ONCE) {
                int samples = (int) Math.min(AT_ONCE, to - at);
                Tensor tensor = reader.next(samples);
                float[] values = tensor.toFloats();
                int width = values.length / samples;
                if (seen == 0) {
                    mean = new double[width];
                    squares = new double[width];
                }
                for (int i = 0; i < samples; i++) {
                    seen++;
                    for (int j = 0; j < width; j++) {
                        double delta = values[i * width + j] - mean[j];
                        mean[j] += delta / seen;
                        squares[j] += delta * (values[i * width + j] - mean[j]);
                    }
                }
            }
        }
        float[] means = new float[mean.length];
        float[] stds = new float[mean.length];
        for (int j = 0; j < mean.length; j++) {
            means[j] = (float) mean[j];
            float std = (float) Math.sqrt(squares[j] / seen);
            stds[j] = std > 0 ? std : 1;
        }
        return new ColumnMoments(means, stds);
    }
}
