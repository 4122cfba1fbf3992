package dev.edgewright.controller.rollout;

/**
 * Hears what happened to rollouts, after it is persisted: what a webhook or a stream sends on. (rollout, sequence) identifies an
 * event, so whoever remembers the last sequence can ask the store for what was missed in between.
 */
@FunctionalInterface
public interface RolloutListener {
    void onHistory(Rollout rollout, HistoryEntry entry);
}
