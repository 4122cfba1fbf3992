package dev.edgewright.controller.jobs;

/** Runs the handler for every job that was enqueued, at least once, over restarts; what db-scheduler does. */
public interface JobQueue extends AutoCloseable {

    /** Enqueues durably. The same id twice is once. */
    void enqueue(String jobId);

    /** Starts workers; {@code handler} runs on them and must be safe to run again after a kill. */
    void start(Handler handler);

    /** Stops taking jobs and waits a little for running ones; those that remain are run again by the next start. */
    @Override
    void close();

    /** Does one job. */
    interface Handler {
        void run(String jobId);
    }
}
