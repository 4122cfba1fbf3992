package dev.edgewright.agent.power;

import java.util.List;
import java.util.OptionalDouble;

/** Something that tells how much energy went by since it was last asked. One caller. */
public interface EnergyMeter {
    EnergySource source();

    /** For facts: {@code rapl:package-0}, {@code hwmon:ina3221}. */
    List<String> sensors();

    /**
     * Joules since the call before; the first call begins.
     *
     * @param seconds since the call before, by a monotonic clock
     * @return empty when it could not be told for this stretch, such as on the first call or while a battery charges
     */
    OptionalDouble joules(double seconds);
}
