package dev.edgewright.controller.jobs;

import dev.edgewright.common.id.ModelName;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Making variants of one model version.
 *
 * @param id "job-" and 12 hex digits
 * @param recipes to make, in order
 * @param done recipes that are made and published; a job that runs again begins after them
 * @param progress 0..1 over all recipes
 * @param step what it does now, in words
 * @param error code and words, when it failed
 * @param attempts how often a worker took it
 */
public record Job(
        String id,
        ModelName model,
        String version,
        List<String> recipes,
        List<String> done,
        JobState state,
        double progress,
        String step,
        Optional<String> error,
        int attempts,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt) {
    public Job {
        Objects.requireNonNull(id, "id");
        recipes = List.copyOf(recipes);
        done = List.copyOf(done);
        if (!(progress >= 0 && progress <= 1)) {
            throw new IllegalArgumentException("progress must be in 0..1: " + progress);
        }
    }
}
