package dev.edgewright.controller.rollout;

import dev.edgewright.common.error.EdgewrightException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How large a wave is: a number of devices, a share of the devices that the waves by number leave, or the first of waves that grow until
 * every device is in one. Exactly one is given.
 *
 * @param percent greater than 0, at most 100
 * @param count at least 1
 * @param growth only as the last of a plan
 * @param approval true when a person has to say yes before it begins; of growing waves, before the first
 */
public record WaveSpec(OptionalDouble percent, OptionalInt count, Optional<Growth> growth, boolean approval) {

    /**
     * Waves of {@code start}, {@code start * factor}, {@code start * factor^2} … devices, rounded to the nearest.
     *
     * @param start at least 1
     * @param factor 1 (all alike) to 100
     */
    public record Growth(int start, double factor) {
        public Growth {
            if (start < 1) {
                throw EdgewrightException.caller(
                        "WAVE_INVALID", "growing waves start with at least 1 device: " + start);
            }
            if (!(factor >= 1 && factor <= 100)) {
                throw EdgewrightException.caller(
                        "WAVE_INVALID", "the factor of growing waves must be in 1..100: " + factor);
            }
        }

        /** Devices of the wave of that index, before the last one is cut to what is left. */
        long size(int index) {
            return Math.round(Math.min(1e9, start * Math.pow(factor, index)));
        }
    }

    public WaveSpec {
        // Plans that an older version stored know no growth.
        growth = growth == null ? Optional.empty() : growth;
        int given = (percent.isPresent() ? 1 : 0) + (count.isPresent() ? 1 : 0) + (growth.isPresent() ? 1 : 0);
        if (given != 1) {
            throw EdgewrightException.caller(
                    "WAVE_INVALID",
                    "a wave has either a percent, a count, or start and factor: not both or neither, " + given
                            + " are given");
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

    public WaveSpec(OptionalDouble percent, OptionalInt count, boolean approval) {
        this(percent, count, Optional.empty(), approval);
    }

    public static WaveSpec ofPercent(double percent) {
        return new WaveSpec(OptionalDouble.of(percent), OptionalInt.empty(), false);
    }

    public static WaveSpec ofCount(int count) {
        return new WaveSpec(OptionalDouble.empty(), OptionalInt.of(count), false);
    }

    public static WaveSpec growing(int start, double factor) {
        return new WaveSpec(OptionalDouble.empty(), OptionalInt.empty(), Optional.of(new Growth(start, factor)), false);
    }

    public WaveSpec afterApproval() {
        return new WaveSpec(percent, count, growth, true);
    }
}
