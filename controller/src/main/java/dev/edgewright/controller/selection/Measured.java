package dev.edgewright.controller.selection;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What devices of one class measured of one variant, taken together.
 *
 * @param p50Ms median of one run; value, spread between runs and devices, source
 * @param devices that measured it
 * @param out code and words of why it went out of a trial; empty when it is good
 */
public record Measured(
        Optional<Figure> p50Ms,
        OptionalDouble p95Ms,
        OptionalDouble joules,
        OptionalLong memoryBytes,
        int devices,
        Optional<String> out) {

    public static Measured median(double p50Ms) {
        return new Measured(
                Optional.of(new Figure(p50Ms, 0.05, Figure.Source.PROBING)),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                1,
                Optional.empty());
    }
}
