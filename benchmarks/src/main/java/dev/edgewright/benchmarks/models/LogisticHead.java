package dev.edgewright.benchmarks.models;

/**
 * Logistic regression with a little weight decay, by Nesterov's accelerated gradient over all samples at once; no randomness.
 *
 * @param weights one for each feature
 * @param bias added to the weighted sum; above zero means class 1
 */
record LogisticHead(float[] weights, float bias) {

    private static final int STEPS = 1500;
    private static final double DECAY = 1e-5;

    /**
     * @param features [samples, n], rows of length 1 (the step size relies on that)
     * @param labels 0 or 1 for each sample
     */
    static LogisticHead fit(float[][] features, long[] labels) {
        int n = features[0].length;
        double[] w = new double[n + 1];
        double[] ahead = new double[n + 1];
        double step = 2; // the curvature is at most (|x|^2 + 1) / 4 = 1/2
        for (int t = 0; t < STEPS; t++) {
            double[] gradient = new double[n + 1];
            for (int i = 0; i < features.length; i++) {
                double z = ahead[n];
                for (int j = 0; j < n; j++) {
                    z += ahead[j] * features[i][j];
                }
                double error = 1 / (1 + Math.exp(-z)) - labels[i];
                for (int j = 0; j < n; j++) {
                    gradient[j] += error * features[i][j];
                }
                gradient[n] += error;
            }
            double momentum = t / (t + 3.0);
            for (int j = 0; j <= n; j++) {
                double next = ahead[j] - step * (gradient[j] / features.length + (j < n ? DECAY * ahead[j] : 0));
                ahead[j] = next + momentum * (next - w[j]);
                w[j] = next;
            }
        }
        float[] weights = new float[n];
        for (int j = 0; j < n; j++) {
            weights[j] = (float) w[j];
        }
        return new LogisticHead(weights, (float) w[n]);
    }
}
