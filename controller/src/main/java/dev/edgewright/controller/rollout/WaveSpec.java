package dev.edgewright.controller.rollout;

import dev.edgewright.common.error.EdgewrightException;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How large a wave is: a number of devices, or a share of the devices that the waves by number leave. Exactly one is given.
 *
 * @param percent greater than 0, at most 100
 * @param count at least 1
 * @param approval true when a person has to say yes before it begins
 */
public record WaveSpec(OptionalDouble percent, OptionalInt count, boolean approval) {
    public WaveSpec {
        if (percent.isPresent() == count.isPresent()) {
            throw EdgewrightException.caller(
                    "WAVE_INVALID", "a wave has either a percent or a count, not both or neither");
        }
        if (percent.isPresent() && !(percent.getAsDouble() > 0 && percent.getAsDouble() <= 100)) {
            throw EdgewrightException.caller(
                    "WAVE_INVALID",
                    "the percent of a wave must be greater than 0 and at most 100: " + percent.getAsDouble());
        }
        if (count.isPresent() && count.getAsInt() < 1) {
            throw EdgewrightException.caller(
                    "WAVE_INVALID", "the count of a wave must be at least 1: " + count.getAsInt());
        }
    }

    public static WaveSpec ofPercent(double percent) {
        return new WaveSpec(OptionalDouble.of(percent), OptionalInt.empty(), false);
    }

    public static WaveSpec ofCount(int count) {
        return new WaveSpec(OptionalDouble.empty(), OptionalInt.of(count), false);
    }

    public WaveSpec afterApproval() {
        return new WaveSpec(percent, count, true);
    }
}
