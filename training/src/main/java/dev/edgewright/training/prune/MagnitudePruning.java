package dev.edgewright.training.prune;

import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.WeightRule;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Unstructured pruning while training: the smallest weights of every matrix become zero, more of them along a cubic curve (Zhu and Gupta
 * 2017, arXiv 1710.01878). It makes the file smaller to send, not faster to run: no runtime here skips single zeros.
 */
public final class MagnitudePruning implements WeightRule {

    private final double share;
    private final double rampEnd;
    private final int every;
    private final Map<String, float[]> masks = new LinkedHashMap<>();

    /**
     * @param share of each weight tensor that is zero in the end, 0..1
     * @param rampEnd when it is reached, as a share of the training; afterwards the zeros stay where they are
     * @param every steps between two choices of the zeros
     */
    public MagnitudePruning(double share, double rampEnd, int every) {
        if (!(share > 0 && share < 1) || !(rampEnd > 0 && rampEnd <= 1) || every < 1) {
            throw new IllegalArgumentException("share " + share + ", ramp end " + rampEnd + ", every " + every);
        }
        this.share = share;
        this.rampEnd = rampEnd;
        this.every = every;
    }

    /** The share of zeros at a moment. */
    double shareAt(long step, long total) {
        double progress = Math.min(1, step / (rampEnd * total));
        return share * (1 - Math.pow(1 - progress, 3));
    }

    @Override
    public void apply(TensorBackend backend, Map<String, Tensor> weights, long step, long total) {
        double now = shareAt(step, total);
        boolean choose = masks.isEmpty() || step % every == 0 && step <= Math.ceil(rampEnd * total) + every;
        weights.forEach((name, weight) -> {
            if (weight.shape().rank() < 2) {
                return;
            }
            float[] values = weight.toFloats();
            if (choose) {
                masks.put(name, mask(values, now));
            }
            float[] mask = masks.get(name);
            for (int i = 0; i < values.length; i++) {
                values[i] *= mask[i];
            }
            weight.assign(values);
        });
    }

    @Override
    public boolean settled(long step, long total) {
        return step >= rampEnd * total + every || step >= total;
    }

    private static float[] mask(float[] values, double share) {
        float[] sizes = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            sizes[i] = Math.abs(values[i]);
        }
        Arrays.sort(sizes);
        int zeros = (int) Math.round(share * values.length);
        float threshold = zeros == 0 ? -1 : sizes[zeros - 1];
        float[] mask = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            mask[i] = Math.abs(values[i]) > threshold ? 1 : 0;
        }
        return mask;
    }
}
