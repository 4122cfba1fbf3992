package dev.edgewright.compression.search;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a search may spend and what its results must hold.
 *
 * @param budget the time after which no new candidate is begun
 * @param maxDrop the largest loss of the metric against the original that a recommended variant may have, 0..1 (0.005 is half a point)
 * @param maxBytes the largest file that is recommended
 * @param target the instruction set that variants must run exactly on: {@code vnni}, {@code avx2} or {@code arm64}; empty for any
 */
public record Constraints(Duration budget, double maxDrop, long maxBytes, Optional<String> target) {

    private static final List<String> TARGETS = List.of("vnni", "avx2", "arm64");

    public Constraints {
        if (budget.isNegative() || maxDrop < 0 || maxBytes < 0) {
            throw new IllegalArgumentException("constraints cannot be negative");
        }
        target.filter(name -> !TARGETS.contains(name)).ifPresent(name -> {
            throw new IllegalArgumentException("a target is one of " + TARGETS + ", not " + name);
        });
    }

    /** Ten minutes, one point, any size, any target. */
    public static Constraints defaults() {
        return new Constraints(Duration.ofMinutes(10), 0.01, Long.MAX_VALUE, Optional.empty());
    }

    public Constraints withBudget(Duration other) {
        return new Constraints(other, maxDrop, maxBytes, target);
    }

    public Constraints withMaxDrop(double other) {
        return new Constraints(budget, other, maxBytes, target);
    }

    public Constraints withMaxBytes(long other) {
        return new Constraints(budget, maxDrop, other, target);
    }

    public Constraints withTarget(String other) {
        return new Constraints(budget, maxDrop, maxBytes, Optional.of(other));
    }
}
