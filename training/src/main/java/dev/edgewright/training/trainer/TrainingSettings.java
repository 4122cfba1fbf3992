package dev.edgewright.training.trainer;

import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;

/**
 * How a training goes, apart from graph, data, optimiser and loss.
 *
 * @param epochs passes over the training samples
 * @param batch samples a step; a last part batch of an epoch is left out unless it is the only one
 * @param rate peak learning rate
 * @param labelSmoothing share of the target spread over all classes, 0..1
 * @param clipNorm gradients are scaled down to this global norm; 0 for no limit
 * @param mixup strength of mixup (Zhang et al. 2018, arXiv 1710.09412), 0 for none
 * @param averaging decay of the exponential moving average of the weights that is validated and kept, 0 for none
 * @param patience epochs without a better validation after which training stops; 0 to go on to the end
 * @param frozenNorm trains with BatchNormalization at its running statistics
 * @param seed everything random follows from it
 */
public record TrainingSettings(
        int epochs,
        int batch,
        double rate,
        double labelSmoothing,
        double clipNorm,
        double mixup,
        double averaging,
        int patience,
        boolean frozenNorm,
        long seed) {

    public TrainingSettings {
        require(epochs > 0, "epochs " + epochs + " must be positive");
        require(batch > 0, "batch " + batch + " must be positive");
        require(rate > 0 && Double.isFinite(rate), "rate " + rate + " must be positive");
        require(labelSmoothing >= 0 && labelSmoothing < 1, "labelSmoothing " + labelSmoothing + " is not in [0, 1)");
        require(clipNorm >= 0, "clipNorm " + clipNorm + " is negative");
        require(mixup >= 0, "mixup " + mixup + " is negative");
        require(averaging >= 0 && averaging < 1, "averaging " + averaging + " is not in [0, 1)");
        require(patience >= 0, "patience " + patience + " is negative");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new TrainingException(Code.SETTINGS_INVALID, what);
        }
    }

    /** Plain training: no smoothing, no clipping, no averaging. */
    public static TrainingSettings of(int epochs, int batch, double rate, long seed) {
        return new TrainingSettings(epochs, batch, rate, 0, 0, 0, 0, 0, false, seed);
    }

    public TrainingSettings withLabelSmoothing(double share) {
        return new TrainingSettings(epochs, batch, rate, share, clipNorm, mixup, averaging, patience, frozenNorm, seed);
    }

    public TrainingSettings withClipNorm(double norm) {
        return new TrainingSettings(
                epochs, batch, rate, labelSmoothing, norm, mixup, averaging, patience, frozenNorm, seed);
    }

    public TrainingSettings withMixup(double strength) {
        return new TrainingSettings(
                epochs, batch, rate, labelSmoothing, clipNorm, strength, averaging, patience, frozenNorm, seed);
    }

    public TrainingSettings withAveraging(double decay) {
        return new TrainingSettings(
                epochs, batch, rate, labelSmoothing, clipNorm, mixup, decay, patience, frozenNorm, seed);
    }

    public TrainingSettings withPatience(int epochs) {
        return new TrainingSettings(
                this.epochs, batch, rate, labelSmoothing, clipNorm, mixup, averaging, epochs, frozenNorm, seed);
    }

    public TrainingSettings withFrozenNorm() {
        return new TrainingSettings(
                epochs, batch, rate, labelSmoothing, clipNorm, mixup, averaging, patience, true, seed);
    }
}
