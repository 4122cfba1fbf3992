package dev.edgewright.agent.inference;

import java.time.Duration;

/**
 * How much a prepared variant is exercised.
 *
 * @param minRuns timed runs at least, however long they take
 * @param maxRuns timed runs at most
 * @param time after which no run beyond {@code minRuns} starts
 */
public record ProbeBudget(int minRuns, int maxRuns, Duration time) {
    public static final ProbeBudget DEFAULT = new ProbeBudget(10, 100, Duration.ofSeconds(2));
}
