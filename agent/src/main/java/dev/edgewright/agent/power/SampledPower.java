package dev.edgewright.agent.power;

import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * Turns readings of power into energy: the mean of the readings at both ends of a stretch, and of those {@link #sample() in between}, times
 * its length. Between two readings the load may have been anything, so the more readings, the nearer.
 */
final class SampledPower {
    private final Supplier<OptionalDouble> watts;
    private double sum;
    private int readings;
    private boolean gap = true;

    /** @param watts empty while there is no reading */
    SampledPower(Supplier<OptionalDouble> watts) {
        this.watts = watts;
    }

    synchronized void sample() {
        OptionalDouble now = watts.get();
        if (now.isPresent()) {
            sum += now.getAsDouble();
            readings++;
        } else {
            gap = true;
        }
    }

    /** Joules of the stretch that ends now; empty when a reading was missing in it. */
    synchronized OptionalDouble joules(double seconds) {
        boolean whole = !gap;
        gap = false;
        sample();
        boolean ended = !gap;
        OptionalDouble joules = whole && ended ? OptionalDouble.of(sum / readings * seconds) : OptionalDouble.empty();
        sum = 0;
        readings = 0;
        if (ended) {
            sample();
        }
        return joules;
    }
}
