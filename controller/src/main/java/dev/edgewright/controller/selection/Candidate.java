package dev.edgewright.controller.selection;

import dev.edgewright.controller.catalog.Variant;
import java.util.OptionalDouble;

/**
 * One variant looked at for one device.
 *
 * @param predictedMs one run on the device; empty when neither probes nor a measurement say
 * @param measured true when {@code predictedMs} was measured on this class of device rather than predicted
 * @param reason one sentence with the numbers
 */
public record Candidate(
        Variant variant, OptionalDouble predictedMs, boolean measured, Verdict verdict, String reason) {}
