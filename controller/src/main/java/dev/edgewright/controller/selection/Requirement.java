package dev.edgewright.controller.selection;

import dev.edgewright.common.error.EdgewrightException;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What must hold of a variant for it to be chosen, and what the best one has the least of.
 *
 * @param floor lowest accuracy, 0..1
 * @param maxDrop largest loss of accuracy against the original of the same version, 0..1 (0.005 is half a point)
 * @param maxP95Ms 95th percentile of the latency must stay under it
 * @param maxBytes of the graph file
 * @param maxMemoryBytes that loading and running it takes
 * @param maxJoules net, of one run
 */
public record Requirement(
        OptionalDouble floor,
        OptionalDouble maxDrop,
        OptionalDouble maxP95Ms,
        OptionalLong maxBytes,
        OptionalLong maxMemoryBytes,
        OptionalDouble maxJoules,
        Objective objective) {

    public static final Requirement NONE = of(OptionalDouble.empty(), OptionalDouble.empty());

    public Requirement {
        // A document of an older version has not all of them.
        maxMemoryBytes = maxMemoryBytes == null ? OptionalLong.empty() : maxMemoryBytes;
        maxJoules = maxJoules == null ? OptionalDouble.empty() : maxJoules;
        objective = objective == null ? Objective.LATENCY : objective;
        share("floor", floor);
        share("maxDrop", maxDrop);
        positive("maxP95Ms", maxP95Ms);
        positive("maxBytes", asDouble(maxBytes));
        positive("maxMemoryBytes", asDouble(maxMemoryBytes));
        positive("maxJoules", maxJoules);
    }

    /** The lowest latency within these. */
    public Requirement(OptionalDouble floor, OptionalDouble maxDrop, OptionalDouble maxP95Ms, OptionalLong maxBytes) {
        this(floor, maxDrop, maxP95Ms, maxBytes, OptionalLong.empty(), OptionalDouble.empty(), Objective.LATENCY);
    }

    public static Requirement of(OptionalDouble floor, OptionalDouble maxDrop) {
        return new Requirement(floor, maxDrop, OptionalDouble.empty(), OptionalLong.empty());
    }

    public Requirement withObjective(Objective value) {
        return new Requirement(floor, maxDrop, maxP95Ms, maxBytes, maxMemoryBytes, maxJoules, value);
    }

    private static OptionalDouble asDouble(OptionalLong value) {
        return value.isPresent() ? OptionalDouble.of(value.getAsLong()) : OptionalDouble.empty();
    }

    private static void share(String name, OptionalDouble value) {
        if (value.isPresent() && !(value.getAsDouble() >= 0 && value.getAsDouble() <= 1)) {
            throw EdgewrightException.caller(
                    "REQUIREMENT_INVALID",
                    name + " is a share and must be in 0..1, for example 0.9 for 90 %: " + value.getAsDouble());
        }
    }

    private static void positive(String name, OptionalDouble value) {
        if (value.isPresent() && !(value.getAsDouble() > 0 && value.getAsDouble() < Double.POSITIVE_INFINITY)) {
            throw EdgewrightException.caller(
                    "REQUIREMENT_INVALID", name + " must be greater than 0: " + value.getAsDouble());
        }
    }
}
