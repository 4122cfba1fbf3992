package dev.edgewright.controller.selection;

import dev.edgewright.controller.catalog.Variant;
import java.util.OptionalDouble;

/**
 * One variant looked at for one device.
 *
 * @param outlook what it would cost there
 * @param reason one sentence with the numbers
 */
public record Candidate(Variant variant, Outlook outlook, Verdict verdict, String reason) {

    /** One run on the device, milliseconds; empty when neither probes nor a measurement say. */
    public OptionalDouble predictedMs() {
        return outlook.ms().map(f -> OptionalDouble.of(f.value())).orElse(OptionalDouble.empty());
    }

    /** True when {@link #predictedMs()} was measured on this class of device rather than predicted. */
    public boolean measured() {
        return outlook.measuredMs().isPresent();
    }

    Candidate with(Verdict now, String why) {
        return new Candidate(variant, outlook, now, why);
    }
}
