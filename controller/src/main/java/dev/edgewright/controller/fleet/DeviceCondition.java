package dev.edgewright.controller.fleet;

import dev.edgewright.common.protocol.v1.PowerSource;
import dev.edgewright.common.protocol.v1.Probe;
import java.util.EnumSet;
import java.util.Set;

/** What about a device right now, not about its kind, makes its measurements less worth. */
public enum DeviceCondition {
    /** Runs from its battery. */
    ON_BATTERY,
    /** Its processor is at 80 °C or more, where most begin to throttle. */
    HOT,
    /** The slow runs of its probes took half as long again as the usual ones: something else used the core. */
    BUSY;

    private static final double HOT_CELSIUS = 80;
    private static final double BUSY_TAIL = 1.5;

    /** @param celsius as last reported; 0 unknown */
    public static Set<DeviceCondition> of(Device device, double celsius) {
        var found = EnumSet.noneOf(DeviceCondition.class);
        if (device.facts().getPower() == PowerSource.POWER_SOURCE_BATTERY) {
            found.add(ON_BATTERY);
        }
        if (celsius >= HOT_CELSIUS) {
            found.add(HOT);
        }
        double[] tails = device.probes().stream()
                .filter(p -> p.getMedianUs() > 0)
                .mapToDouble(DeviceCondition::tail)
                .sorted()
                .toArray();
        if (tails.length > 0 && tails[tails.length / 2] > BUSY_TAIL) {
            found.add(BUSY);
        }
        return found;
    }

    private static double tail(Probe probe) {
        return probe.getP95Us() / probe.getMedianUs();
    }
}
