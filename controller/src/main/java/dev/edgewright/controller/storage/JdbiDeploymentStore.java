package dev.edgewright.controller.storage;

import dev.edgewright.controller.deployment.DeploymentRun;
import dev.edgewright.controller.deployment.DeploymentStore;
import java.util.List;
import java.util.Optional;

/** Deployments in the table {@code deployment}. */
public final class JdbiDeploymentStore implements DeploymentStore {

    private final Database database;

    public JdbiDeploymentStore(Database database) {
        this.database = database;
    }

    @Override
    public List<DeploymentRun> list(int limit) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select doc from deployment order by created_at desc, id limit :limit")
                        .bind("limit", limit)
                        .map((row, context) -> Documents.read(row.getString("doc"), DeploymentRun.class))
                        .list());
    }

    @Override
    public List<DeploymentRun> live() {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select doc from deployment where live = 1 order by created_at, id")
                        .map((row, context) -> Documents.read(row.getString("doc"), DeploymentRun.class))
                        .list());
    }

    @Override
    public Optional<DeploymentRun> find(String id) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select doc from deployment where id = :id")
                        .bind("id", id)
                        .map((row, context) -> Documents.read(row.getString("doc"), DeploymentRun.class))
                        .findOne());
    }

    @Override
    public void save(DeploymentRun run) {
        database.jdbi()
                .useHandle(h -> h.createUpdate("""
                        insert into deployment (id, live, created_at, doc) values (:id, :live, :at, :doc)
                        on conflict (id) do update set live = excluded.live, doc = excluded.doc
                        """)
                        .bind("id", run.id())
                        .bind("live", run.live() ? 1 : 0)
                        .bind("at", run.createdAt().toEpochMilli())
                        .bind("doc", Documents.write(run))
                        .execute());
    }
}
