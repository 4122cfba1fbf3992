package dev.edgewright.compression.evaluation;

/**
 * Mean absolute error, or the root of the mean squared error, over samples; a sample's error is the mean over its numbers. The interval is
 * the normal one of the mean, for the root taken of both ends.
 */
final class NumberErrors implements Measure {

    private final boolean squared;
    private double sum;
    private double squares;
    private long samples;

    /** @param squared true for the root mean squared error */
    NumberErrors(boolean squared) {
        this.squared = squared;
    }

    @Override
    public void add(float[] row, long label, float[] targets) {
        double error = 0;
        for (int i = 0; i < row.length; i++) {
            double difference = (double) row[i] - targets[i];
            error += squared ? difference * difference : Math.abs(difference);
        }
        error /= row.length;
        sum += error;
        squares += error * error;
        samples++;
    }

    @Override
    public Value value() {
        if (samples == 0) {
            return new Value(0, new Interval(0, Double.POSITIVE_INFINITY));
        }
        Interval mean = Interval.ofMean(sum, squares, samples);
        double low = Math.max(0, mean.low());
        return squared
                ? new Value(Math.sqrt(sum / samples), new Interval(Math.sqrt(low), Math.sqrt(mean.high())))
                : new Value(sum / samples, new Interval(low, mean.high()));
    }
}
