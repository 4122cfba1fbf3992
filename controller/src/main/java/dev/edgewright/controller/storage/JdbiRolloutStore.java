package dev.edgewright.controller.storage;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.RolloutId;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.controller.audit.AuditEntry;
import dev.edgewright.controller.events.NewEvent;
import dev.edgewright.controller.rollout.DesiredRecord;
import dev.edgewright.controller.rollout.HistoryEntry;
import dev.edgewright.controller.rollout.Rollout;
import dev.edgewright.controller.rollout.RolloutStore;
import dev.edgewright.controller.rollout.Target;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Rollouts, their targets, their history and desired states in the tables of those names. */
public final class JdbiRolloutStore implements RolloutStore {

    private final Database database;

    public JdbiRolloutStore(Database database) {
        this.database = database;
    }

    @Override
    public void add(Rollout rollout, Collection<Target> targets, List<HistoryEntry> history) {
        database.jdbi().useTransaction(h -> {
            h.createUpdate("""
                    insert into rollout (id, model, state, live, created_at, revision, doc)
                    values (:id, :model, :state, :live, :at, :revision, :doc)
                    """)
                    .bind("id", rollout.id().value())
                    .bind("model", rollout.request().model().value())
                    .bind("state", rollout.state().name())
                    .bind("live", rollout.state().live() ? 1 : 0)
                    .bind("at", rollout.createdAt().toEpochMilli())
                    .bind("revision", rollout.revision())
                    .bind("doc", Documents.write(rollout))
                    .execute();
            writeTargets(h, rollout.id(), targets);
            writeHistory(h, rollout, history);
        });
    }

    @Override
    public Optional<Rollout> find(RolloutId id) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select doc, revision from rollout where id = :id")
                        .bind("id", id.value())
                        .map((row, context) -> rollout(row))
                        .findOne());
    }

    @Override
    public List<Rollout> list(int limit) {
        return database.jdbi()
                .withHandle(h -> h.createQuery(
                                "select doc, revision from rollout order by created_at desc, id desc limit :limit")
                        .bind("limit", limit)
                        .map((row, context) -> rollout(row))
                        .list());
    }

    @Override
    public List<Rollout> live() {
        return database.jdbi()
                .withHandle(
                        h -> h.createQuery("select doc, revision from rollout where live = 1 order by created_at, id")
                                .map((row, context) -> rollout(row))
                                .list());
    }

    @Override
    public List<Target> targets(RolloutId id) {
        return database.jdbi()
                .withHandle(
                        h -> h.createQuery("select doc from rollout_target where rollout = :id order by wave, device")
                                .bind("id", id.value())
                                .map((row, context) -> Documents.read(row.getString("doc"), Target.class))
                                .list());
    }

    @Override
    public List<HistoryEntry> history(RolloutId id) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select * from rollout_history where rollout = :id order by sequence")
                        .bind("id", id.value())
                        .map((row, context) -> new HistoryEntry(
                                row.getLong("sequence"),
                                Instant.ofEpochMilli(row.getLong("at")),
                                row.getString("kind"),
                                row.getString("who"),
                                row.getString("words")))
                        .list());
    }

    @Override
    public boolean step(Step step) {
        try {
            return stepInTransaction(step);
        } catch (StaleDesiredException e) {
            return false;
        }
    }

    private boolean stepInTransaction(Step step) {
        var rollout = step.rollout();
        return database.jdbi().inTransaction(h -> {
            int changed = h.createUpdate("""
                    update rollout set state = :state, live = :live, revision = revision + 1, doc = :doc
                    where id = :id and revision = :revision
                    """)
                    .bind("state", rollout.state().name())
                    .bind("live", rollout.state().live() ? 1 : 0)
                    .bind("doc", Documents.write(rollout))
                    .bind("id", rollout.id().value())
                    .bind("revision", rollout.revision())
                    .execute();
            if (changed == 0) {
                return false;
            }
            writeTargets(h, rollout.id(), step.targets());
            writeHistory(h, rollout, step.history());
            writeDesired(h, step.desired());
            return true;
        });
    }

    @Override
    public Map<DeviceId, DesiredRecord> desired() {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select * from desired")
                        .map((row, context) -> desired(row))
                        .collect(Collectors.toMap(DesiredRecord::device, d -> d)));
    }

    @Override
    public Optional<DesiredRecord> desired(DeviceId device) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select * from desired where device = :device")
                        .bind("device", device.value())
                        .map((row, context) -> desired(row))
                        .findOne());
    }

    @Override
    public void published(Map<DeviceId, Long> sequences) {
        if (sequences.isEmpty()) {
            return;
        }
        database.jdbi().useTransaction(h -> {
            var batch = h.prepareBatch(
                    "update desired set published = :published where device = :device and published < :published");
            sequences.forEach((device, sequence) -> batch.bind("device", device.value())
                    .bind("published", sequence)
                    .add());
            batch.execute();
        });
    }

    private static void writeTargets(Handle h, RolloutId id, Collection<Target> targets) {
        if (targets.isEmpty()) {
            return;
        }
        var batch = h.prepareBatch("""
                insert into rollout_target (rollout, device, wave, state, doc) values (:rollout, :device, :wave, :state, :doc)
                on conflict (rollout, device) do update set state = excluded.state, wave = excluded.wave, doc = excluded.doc
                """);
        for (Target target : targets) {
            batch.bind("rollout", id.value())
                    .bind("device", target.device().value())
                    .bind("wave", target.wave())
                    .bind("state", target.state().name())
                    .bind("doc", Documents.write(target))
                    .add();
        }
        batch.execute();
    }

    /** History, the events that it makes, and what the controller did by itself, in the transaction of the change. */
    private static void writeHistory(Handle h, Rollout rollout, List<HistoryEntry> history) {
        if (history.isEmpty()) {
            return;
        }
        RolloutId id = rollout.id();
        EventRows.append(h, history.stream().map(entry -> event(rollout, entry)).toList());
        history.stream()
                .filter(e -> e.kind().equals("state") && e.who().equals("controller"))
                .forEach(e -> JdbiAuditLog.append(
                        h,
                        new AuditEntry(
                                0,
                                e.at(),
                                e.who(),
                                "controller",
                                "rollouts.decide",
                                "rollouts/" + id,
                                Optional.empty(),
                                Optional.of(e.words()),
                                "done",
                                "")));
        var batch = h.prepareBatch("""
                insert into rollout_history (rollout, sequence, at, kind, who, words)
                values (:rollout, :sequence, :at, :kind, :who, :words)
                """);
        for (HistoryEntry entry : history) {
            batch.bind("rollout", id.value())
                    .bind("sequence", entry.sequence())
                    .bind("at", entry.at().toEpochMilli())
                    .bind("kind", entry.kind())
                    .bind("who", entry.who())
                    .bind("words", entry.words())
                    .add();
        }
        batch.execute();
    }

    private static NewEvent event(Rollout rollout, HistoryEntry entry) {
        return new NewEvent(
                entry.at(),
                "rollout." + entry.kind(),
                "rollouts/" + rollout.id(),
                entry.who(),
                entry.words(),
                Map.of(
                        "rollout", rollout.id().value(),
                        "model", rollout.request().model().value(),
                        "version", rollout.request().version().orElse(""),
                        "state", rollout.state().name(),
                        "history", Long.toString(entry.sequence())));
    }

    /** A desired state is only ever replaced by one with a higher sequence. */
    private static void writeDesired(Handle h, Collection<DesiredRecord> desired) {
        if (desired.isEmpty()) {
            return;
        }
        var batch = h.prepareBatch("""
                insert into desired (device, sequence, published, state) values (:device, :sequence, :published, :state)
                on conflict (device) do update set sequence = excluded.sequence, state = excluded.state
                where desired.sequence < excluded.sequence
                """);
        for (DesiredRecord record : desired) {
            batch.bind("device", record.device().value())
                    .bind("sequence", record.state().getSequence())
                    .bind("published", record.published())
                    .bind("state", record.state().toByteArray())
                    .add();
        }
        for (int count : batch.execute()) {
            if (count == 0) {
                // Another writer gave the device a newer state: the whole step is taken back and decided again.
                throw new StaleDesiredException();
            }
        }
    }

    /** Rolls the transaction back. */
    static final class StaleDesiredException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StaleDesiredException() {
            super("a newer desired state exists", null, false, false);
        }
    }

    private static Rollout rollout(ResultSet row) throws SQLException {
        return Documents.read(row.getString("doc"), Rollout.class).withRevision(row.getLong("revision"));
    }

    private static DesiredRecord desired(ResultSet row) throws SQLException {
        return new DesiredRecord(
                DeviceId.of(row.getString("device")),
                Documents.message(DesiredState.parser(), row.getBytes("state")),
                row.getLong("published"));
    }
}
