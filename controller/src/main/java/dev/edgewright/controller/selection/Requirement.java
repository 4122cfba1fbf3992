package dev.edgewright.controller.selection;

import dev.edgewright.common.error.EdgewrightException;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What must hold for a variant to be chosen.
 *
 * @param floor lowest accuracy, 0..1
 * @param maxDrop largest loss of accuracy against the original of the same version, 0..1 (0.005 is half a point)
 * @param maxP95Ms predicted latency must stay under it
 * @param maxBytes of the graph file
 */
public record Requirement(
        OptionalDouble floor, OptionalDouble maxDrop, OptionalDouble maxP95Ms, OptionalLong maxBytes) {

    public static final Requirement NONE = new Requirement(
            OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), OptionalLong.empty());

    public Requirement {
        share("floor", floor);
        share("maxDrop", maxDrop);
        if (maxP95Ms.isPresent() && !(maxP95Ms.getAsDouble() > 0)) {
            throw EdgewrightException.caller(
                    "REQUIREMENT_INVALID", "maxP95Ms must be greater than 0: " + maxP95Ms.getAsDouble());
        }
        if (maxBytes.isPresent() && maxBytes.getAsLong() <= 0) {
            throw EdgewrightException.caller(
                    "REQUIREMENT_INVALID", "maxBytes must be greater than 0: " + maxBytes.getAsLong());
        }
    }

    public static Requirement of(OptionalDouble floor, OptionalDouble maxDrop) {
        return new Requirement(floor, maxDrop, OptionalDouble.empty(), OptionalLong.empty());
    }

    private static void share(String name, OptionalDouble value) {
        if (value.isPresent() && !(value.getAsDouble() >= 0 && value.getAsDouble() <= 1)) {
            throw EdgewrightException.caller(
                    "REQUIREMENT_INVALID",
                    name + " is a share and must be in 0..1, for example 0.9 for 90 %: " + value.getAsDouble());
        }
    }
}
