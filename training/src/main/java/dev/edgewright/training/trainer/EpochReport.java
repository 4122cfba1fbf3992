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
 * @param gradientNorm largest global gradient norm of the epoch, before clipping
 * @param stepsLeftOut steps that moved nothing because a gradient was not finite
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
        int stepsLeftOut,
        double seconds,
        boolean best) {}
