package dev.edgewright.controller;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tasks that run again and again on one thread, one after another; one that fails is logged and runs again. */
final class PeriodicTasks implements Executor, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PeriodicTasks.class);
    private static final long LONGEST_END_SECONDS = 5;

    private final ScheduledExecutorService thread;

    PeriodicTasks(String name) {
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            var made = new Thread(task, "edgewright-" + name);
            made.setDaemon(true);
            return made;
        });
    }

    /** @param pause from the end of one run to the start of the next */
    void every(String what, Duration first, Duration pause, Runnable task) {
        thread.scheduleWithFixedDelay(safely(what, task), first.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Once, after what waits already. */
    void once(String what, Runnable task) {
        thread.execute(safely(what, task));
    }

    @Override
    public void execute(Runnable task) {
        thread.execute(task);
    }

    static Runnable safely(String what, Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.atError().addKeyValue("task", what).setCause(e).log("a periodic task stumbled; it runs again");
            }
        };
    }

    /** Lets the run under way end, five seconds at most. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Interrupts the run under way. */
    void stopNow() {
        thread.shutdownNow();
    }
}
