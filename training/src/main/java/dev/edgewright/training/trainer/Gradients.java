package dev.edgewright.training.trainer;

import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The gradients of one step after another: gathered, measured, clipped. A step whose gradient is not finite moves nothing: one bad batch, or one
 * bad number out of a native kernel, must not cost the epochs before it (loss scaling in mixed precision, Micikevicius et al. 2018, arXiv
 * 1710.03740, leaves such steps out for the same reason). When too many come in a row the training has diverged.
 */
final class Gradients {

    private static final int MOST_IN_A_ROW = 20;

    private final TensorBackend backend;
    private final double clipNorm;
    private double largestNorm;
    private int leftOut;
    private int inARow;

    /** @param clipNorm largest norm over all weights, longer gradients are shortened to it; 0 for any length */
    Gradients(TensorBackend backend, double clipNorm) {
        this.backend = backend;
        this.clipNorm = clipNorm;
    }

    void beginEpoch() {
        largestNorm = 0;
        leftOut = 0;
    }

    /** The longest finite gradient of the epoch, before clipping. */
    double largestNorm() {
        return largestNorm;
    }

    /** Steps of the epoch that moved nothing. */
    int leftOut() {
        return leftOut;
    }

    /**
     * The gradient of each weight that has one, clipped; empty when this step is to move nothing.
     *
     * @throws TrainingException DIVERGED when that has come {@value #MOST_IN_A_ROW} times in a row; names the first such weight
     */
    Map<String, Tensor> of(Map<String, Tensor> weights) {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        double squares = 0;
        String culprit = null;
        for (Map.Entry<String, Tensor> weight : weights.entrySet()) {
            Tensor gradient = backend.gradient(weight.getValue());
            if (gradient == null) {
                continue;
            }
            gradients.put(weight.getKey(), gradient);
            Tensor flat = gradient.reshape(gradient.shape().elements());
            double square = flat.mul(flat).sum(false, 0).scalar();
            if (!Double.isFinite(square) && culprit == null) {
                culprit = weight.getKey();
            }
            squares += square;
        }
        if (culprit != null) {
            leftOut++;
            if (++inARow >= MOST_IN_A_ROW) {
                throw new TrainingException(
                        Code.DIVERGED,
                        "the gradient of " + culprit + " was not finite, or too large to square, in " + inARow
                                + " steps in a row; lower the learning rate or limit the gradient norm");
            }
            return Map.of();
        }
        inARow = 0;
        double norm = Math.sqrt(squares);
        largestNorm = Math.max(largestNorm, norm);
        if (clipNorm > 0 && norm > clipNorm) {
            gradients.values().forEach(gradient -> gradient.mulInPlace(clipNorm / norm));
        }
        return gradients;
    }
}
