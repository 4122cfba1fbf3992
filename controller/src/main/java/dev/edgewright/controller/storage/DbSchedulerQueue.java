package dev.edgewright.controller.storage;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.AutodetectJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dev.edgewright.controller.jobs.JobQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue of jobs on db-scheduler: a row per job, picked with an optimistic lock, heartbeats while it runs. A job whose
 * worker died is picked again once its heartbeats have been missing.
 *
 * @see <a href="https://github.com/kagkarlsson/db-scheduler">db-scheduler</a>
 */
public final class DbSchedulerQueue implements JobQueue {

    private static final Logger LOG = LoggerFactory.getLogger(DbSchedulerQueue.class);
    private static final String TASK = "job";

    private final Database database;
    private final Timing timing;
    private final int workers;
    private final AtomicReference<Handler> handler = new AtomicReference<>();
    private final OneTimeTask<Void> task;
    private final SchedulerClient client;
    private Scheduler scheduler;

    /**
     * @param polling how often the table is looked at for jobs that others enqueued
     * @param heartbeat how often a running job says that it lives; four missing ones mean that its worker is dead
     * @param retryAfter pause before a handler that threw runs again
     */
    public record Timing(Duration polling, Duration heartbeat, Duration retryAfter, Duration shutdownWait) {
        public static final Timing DEFAULT =
                new Timing(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(3));
    }

    public DbSchedulerQueue(Database database, int workers, Timing timing) {
        this.database = database;
        this.timing = timing;
        this.workers = workers;
        this.task = Tasks.oneTime(TASK)
                .onFailure((ExecutionComplete done, ExecutionOperations<Void> operations) -> {
                    LOG.atWarn()
                            .addKeyValue("job", done.getExecution().taskInstance.getId())
                            .setCause(done.getCause().orElse(null))
                            .log("a job handler failed without an answer; it runs again after a pause");
                    operations.reschedule(done, Instant.now().plus(timing.retryAfter()));
                })
                .execute((instance, context) -> handler.get().run(instance.getId()));
        this.client = SchedulerClient.Builder.create(database.dataSource(), task)
                .jdbcCustomization(customization(database))
                .build();
    }

    @Override
    public void enqueue(String jobId) {
        client.scheduleIfNotExists(task.instance(jobId), Instant.now());
        if (scheduler != null) {
            scheduler.triggerCheckForDueExecutions();
        }
    }

    @Override
    public void start(Handler jobs) {
        handler.set(jobs);
        if (database.kind() == Database.Kind.SQLITE) {
            freeOrphans();
        }
        scheduler = Scheduler.create(database.dataSource(), task)
                .jdbcCustomization(customization(database))
                .schedulerName(new SchedulerName.Fixed(
                        "controller-" + ProcessHandle.current().pid()))
                .threads(workers)
                .pollingInterval(timing.polling())
                .heartbeatInterval(timing.heartbeat())
                .missedHeartbeatsLimit(4)
                .shutdownMaxWait(timing.shutdownWait())
                .build();
        scheduler.start();
    }

    /** One process uses a SQLite file, so whatever is picked when it starts was picked by a worker that is gone. */
    private void freeOrphans() {
        database.jdbi().useHandle(h -> h.execute("""
                        update scheduled_tasks set picked = false, picked_by = null, last_heartbeat = null, version = version + 1
                        where picked = true
                        """));
    }

    @Override
    public void close() {
        if (scheduler != null) {
            scheduler.stop();
        }
    }

    private static JdbcCustomization customization(Database database) {
        return switch (database.kind()) {
            case SQLITE -> new SqliteCustomization();
            case POSTGRESQL -> new AutodetectJdbcCustomization(database.dataSource());
        };
    }
}
