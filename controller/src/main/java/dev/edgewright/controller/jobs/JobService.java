package dev.edgewright.controller.jobs;

import dev.edgewright.common.id.ModelName;
import java.util.List;
import java.util.Optional;

/** The queue of jobs. Thread-safe. */
public interface JobService {

    /**
     * Queues the making of variants. A job that is queued or running for the same version and recipes is answered
     * instead of a second one.
     *
     * @param recipes empty for what the import makes by itself
     * @throws dev.edgewright.common.error.EdgewrightException MODEL_NOT_FOUND, VERSION_NOT_FOUND, RECIPE_UNKNOWN,
     *     DATA_MISSING
     */
    Job submit(ModelName model, Optional<String> version, List<String> recipes);

    Optional<Job> get(String id);

    /** Newest first. */
    List<Job> list(int limit);

    /**
     * Cancels a job; one that runs stops at its next step. A finished job stays as it is.
     *
     * @throws dev.edgewright.common.error.EdgewrightException JOB_NOT_FOUND
     */
    Job cancel(String id);
}
