package dev.edgewright.controller.storage;

import dev.edgewright.controller.jobs.Job;
import dev.edgewright.controller.jobs.JobState;
import dev.edgewright.controller.jobs.JobStore;
import java.util.List;
import java.util.Optional;

/** Jobs in the table {@code job}. */
public final class JdbiJobStore implements JobStore {

    private final Database database;

    public JdbiJobStore(Database database) {
        this.database = database;
    }

    @Override
    public void add(Job job) {
        database.jdbi()
                .useHandle(h -> h.createUpdate(
                                "insert into job (id, state, created_at, doc) values (:id, :state, :at, :doc)")
                        .bind("id", job.id())
                        .bind("state", job.state().name())
                        .bind("at", job.createdAt().toEpochMilli())
                        .bind("doc", Documents.write(job))
                        .execute());
    }

    @Override
    public Optional<Job> find(String id) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select doc from job where id = :id")
                        .bind("id", id)
                        .map((row, context) -> Documents.read(row.getString("doc"), Job.class))
                        .findOne());
    }

    @Override
    public List<Job> list(int limit) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select doc from job order by created_at desc, id limit :limit")
                        .bind("limit", limit)
                        .map((row, context) -> Documents.read(row.getString("doc"), Job.class))
                        .list());
    }

    @Override
    public boolean replace(JobState expected, Job next) {
        return 1
                == database.jdbi()
                        .withHandle(h -> h.createUpdate(
                                        "update job set state = :state, doc = :doc where id = :id and state = :was")
                                .bind("state", next.state().name())
                                .bind("doc", Documents.write(next))
                                .bind("id", next.id())
                                .bind("was", expected.name())
                                .execute());
    }
}
