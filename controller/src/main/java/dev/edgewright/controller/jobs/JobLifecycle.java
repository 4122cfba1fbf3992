package dev.edgewright.controller.jobs;

import static dev.edgewright.controller.jobs.JobEvent.BROKE;
import static dev.edgewright.controller.jobs.JobEvent.CANCEL;
import static dev.edgewright.controller.jobs.JobEvent.DONE;
import static dev.edgewright.controller.jobs.JobEvent.LOST;
import static dev.edgewright.controller.jobs.JobEvent.PICKED;
import static dev.edgewright.controller.jobs.JobState.CANCELLED;
import static dev.edgewright.controller.jobs.JobState.FAILED;
import static dev.edgewright.controller.jobs.JobState.QUEUED;
import static dev.edgewright.controller.jobs.JobState.RUNNING;
import static dev.edgewright.controller.jobs.JobState.SUCCEEDED;

import dev.edgewright.common.statemachine.Transitions;

/** The one table of a job's life. */
public final class JobLifecycle {
    // spotless:off
    public static final Transitions<JobState, JobEvent> TABLE = Transitions.<JobState, JobEvent>table()
            .edge(QUEUED,  PICKED, RUNNING)
            .edge(QUEUED,  CANCEL, CANCELLED)
            .edge(RUNNING, DONE,   SUCCEEDED)
            .edge(RUNNING, BROKE,  FAILED)
            .edge(RUNNING, CANCEL, CANCELLED)
            .edge(RUNNING, LOST,   QUEUED);
    // spotless:on

    private JobLifecycle() {}
}
