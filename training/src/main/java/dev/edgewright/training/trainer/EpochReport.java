package dev.edgewright.training.trainer;

/**
 * What an epoch brought.
 *
 * @param epoch from 1
 * @param epochs planned
 * @param loss mean training loss
 * @param validationLoss mean cross-entropy on the validation samples
 * @param validationAccuracy share of them classified right
 * @param rate learning rate at the end
 * @param gradientNorm largest global gradient norm of the epoch, 0 when it is not limited
 * @param seconds wall-clock time, validation included
 * @param best whether these weights are the best so far
 */
public record EpochReport(
        int epoch,
        int epochs,
        double loss,
        double validationLoss,
        double validationAccuracy,
        double rate,
        double gradientNorm,
        double seconds,
        boolean best) {}
