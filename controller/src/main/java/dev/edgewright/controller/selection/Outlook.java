package dev.edgewright.controller.selection;

import java.util.Optional;

/**
 * What one variant would cost on one class of devices.
 *
 * @param predictedMs median of one run as it is predicted, also where it was measured: how good predictions are stays visible
 * @param measuredMs median of one run as devices of the class measured it
 * @param p95Ms measured, else predicted
 * @param joules net, of one run; measured, else predicted; empty where no energy is known of the class
 * @param memoryBytes measured, else what the file and its activations take
 */
public record Outlook(
        Optional<Figure> predictedMs,
        Optional<Figure> measuredMs,
        Optional<Figure> p95Ms,
        Optional<Figure> joules,
        Optional<Figure> memoryBytes) {

    public static final Outlook NOTHING =
            new Outlook(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Measured, else predicted. */
    public Optional<Figure> ms() {
        return measuredMs.or(() -> predictedMs);
    }
}
