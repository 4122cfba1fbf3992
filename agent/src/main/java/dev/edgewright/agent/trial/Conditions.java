package dev.edgewright.agent.trial;

import dev.edgewright.common.protocol.v1.TrialRequest;
import java.util.Optional;

/**
 * What decides whether this is a moment for a trial.
 *
 * @param onBattery whether the device runs from its battery
 * @param batteryPercent charge; 0 without a battery
 * @param celsius of the processor; 0 unknown
 * @param updating whether a model is on its way to another variant
 */
public record Conditions(boolean onBattery, int batteryPercent, double celsius, boolean updating) {

    /** What has to change first, by the words that a result carries; empty when a trial may run. */
    Optional<String> waitingFor(TrialRequest request) {
        if (updating) {
            return Optional.of("update");
        }
        boolean low = request.getMinBatteryPercent() == 0 || batteryPercent < request.getMinBatteryPercent();
        if (onBattery && low) {
            return Optional.of("battery");
        }
        if (request.getMaxCelsius() > 0 && celsius > request.getMaxCelsius()) {
            return Optional.of("temperature");
        }
        return Optional.empty();
    }
}
