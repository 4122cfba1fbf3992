package dev.edgewright.controller.trial;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.Limits;
import java.time.Duration;

/**
 * How much a trial may ask of devices.
 *
 * @param devices of a class that measure
 * @param best candidates by prediction; one more joins that is the least certain, and the original
 * @param longestMs of measuring one candidate in the last round
 * @param precision half width of the interval that ends measuring early, 0.01 is 1 %
 * @param minBatteryPercent charge from which a device on battery takes part; 0: none on battery does
 * @param maxCelsius hotter devices wait
 * @param patience after which the trial ends with what it has
 */
public record TrialPolicy(
        int devices,
        int best,
        int longestMs,
        double precision,
        int minBatteryPercent,
        double maxCelsius,
        Duration patience) {

    public static final TrialPolicy DEFAULT = new TrialPolicy(2, 3, 6000, 0.01, 0, 75, Duration.ofMinutes(15));

    public TrialPolicy {
        range("devices", devices, 1, 100);
        range("best", best, 1, Limits.TRIAL_CANDIDATES - 2);
        range("time", longestMs, 100, Limits.MEASURE_MS);
        range("battery", minBatteryPercent, 0, 100);
        if (!(precision > 0 && precision < 1)) {
            throw EdgewrightException.caller("TRIAL_INVALID", "precision must be in 0..1: " + precision);
        }
        if (!(maxCelsius > 0)) {
            throw EdgewrightException.caller("TRIAL_INVALID", "temperature must be above 0: " + maxCelsius);
        }
        if (patience.toSeconds() < 1) {
            throw EdgewrightException.caller("TRIAL_INVALID", "patience must be at least one second");
        }
    }

    private static void range(String name, long value, long low, long high) {
        if (value < low || value > high) {
            throw EdgewrightException.caller(
                    "TRIAL_INVALID", name + " of a trial must be from " + low + " to " + high + ": " + value);
        }
    }
}
