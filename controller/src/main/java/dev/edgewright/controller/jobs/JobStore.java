package dev.edgewright.controller.jobs;

import java.util.List;
import java.util.Optional;

/** Keeps jobs over a restart. */
public interface JobStore {
    void add(Job job);

    Optional<Job> find(String id);

    List<Job> list(int limit);

    /** Replaces a job if it still is in {@code expected}; false when it moved meanwhile. */
    boolean replace(JobState expected, Job next);
}
