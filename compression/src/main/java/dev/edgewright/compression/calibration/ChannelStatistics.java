package dev.edgewright.compression.calibration;

/**
 * Mean, mean square and largest absolute value of every channel. The channel is axis 1 for images [N, C, ...] with three or more axes that end in
 * planes, and the last axis is kept as well, because transformers carry their features there.
 */
public final class ChannelStatistics {

    private double[] sumSecond = new double[0];
    private float[] largestSecond = new float[0];
    private double[] sumLast = new double[0];
    private double[] squaresLast = new double[0];
    private double[] squaresSecond = new double[0];
    private float[] largestLast = new float[0];
    private long perSecond;
    private long perLast;

    void add(float[] values, long[] sizes) {
        int second = (int) sizes[1];
        int last = (int) sizes[sizes.length - 1];
        if (values.length == 0) {
            return;
        }
        if (sumSecond.length == 0 && sumLast.length == 0) {
            sumSecond = new double[second];
            largestSecond = new float[second];
            squaresSecond = new double[second];
            sumLast = new double[last];
            squaresLast = new double[last];
            largestLast = new float[last];
        }
        int inner = (int) (values.length / sizes[0] / second);
        if (sizes.length == 2) {
            sumSecond = sumLast; // axis 1 is the last
            squaresSecond = squaresLast;
            largestSecond = largestLast;
            perSecond += values.length / second;
        } else if (sumSecond.length == second) {
            for (int start = 0, channel = 0; start < values.length; start += inner) {
                addPlane(values, start, start + inner, channel);
                channel = channel + 1 == second ? 0 : channel + 1;
            }
            perSecond += values.length / second;
        } else {
            sumSecond = new double[0];
        }
        if (sumLast.length == last) {
            for (int start = 0; start < values.length; start += last) {
                addRow(values, start, last);
            }
            perLast += values.length / last;
        } else {
            sumLast = new double[0];
        }
    }

    private void addPlane(float[] values, int from, int to, int channel) {
        double sum = sumSecond[channel];
        double squares = squaresSecond[channel];
        float largest = largestSecond[channel];
        for (int i = from; i < to; i++) {
            sum += values[i];
            squares += (double) values[i] * values[i];
            float size = Math.abs(values[i]);
            largest = size > largest ? size : largest;
        }
        sumSecond[channel] = sum;
        squaresSecond[channel] = squares;
        largestSecond[channel] = largest;
    }

    private void addRow(float[] values, int from, int length) {
        for (int channel = 0; channel < length; channel++) {
            float value = values[from + channel];
            sumLast[channel] += value;
            squaresLast[channel] += (double) value * value;
            float size = Math.abs(value);
            if (size > largestLast[channel]) {
                largestLast[channel] = size;
            }
        }
    }

    /** Means over axis 1; empty when its size changed between batches. */
    public float[] means() {
        return means(sumSecond, perSecond);
    }

    /** Means over the last axis; empty when its size changed between batches. */
    public float[] lastAxisMeans() {
        return means(sumLast, perLast);
    }

    /** Means of the squares over axis 1; empty when its size changed between batches. */
    public float[] meanSquares() {
        return sumSecond.length == 0 ? new float[0] : means(squaresSecond, perSecond);
    }

    /** Means of the squares over the last axis; empty when its size changed between batches. */
    public float[] lastAxisMeanSquares() {
        return sumLast.length == 0 ? new float[0] : means(squaresLast, perLast);
    }

    /** Largest absolute values over axis 1. */
    public float[] largest() {
        return sumSecond.length == 0 ? new float[0] : largestSecond.clone();
    }

    /** Largest absolute values over the last axis. */
    public float[] lastAxisLargest() {
        return sumLast.length == 0 ? new float[0] : largestLast.clone();
    }

    private static float[] means(double[] sums, long count) {
        float[] means = new float[sums.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = (float) (sums[i] / count);
        }
        return means;
    }
}
