package dev.edgewright.controller.storage;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.TrialState;
import dev.edgewright.controller.trial.Trial;
import dev.edgewright.controller.trial.TrialStore;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Trials and what devices were asked and said, in the tables {@code trial} and {@code trial_device}. */
public final class JdbiTrialStore implements TrialStore {

    private final Database database;

    public JdbiTrialStore(Database database) {
        this.database = database;
    }

    @Override
    public List<Trial> list(int limit) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select doc from trial order by created_at desc, id limit :limit")
                        .bind("limit", limit)
                        .map((row, context) -> Documents.read(row.getString("doc"), Trial.class))
                        .list());
    }

    @Override
    public List<Trial> live() {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select doc from trial where live = 1 order by created_at, id")
                        .map((row, context) -> Documents.read(row.getString("doc"), Trial.class))
                        .list());
    }

    @Override
    public Optional<Trial> find(String id) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select doc from trial where id = :id")
                        .bind("id", id)
                        .map((row, context) -> Documents.read(row.getString("doc"), Trial.class))
                        .findOne());
    }

    @Override
    public void save(Collection<Trial> trials, Map<DeviceId, TrialState> asked) {
        database.jdbi().useTransaction(h -> {
            for (Trial trial : trials) {
                h.createUpdate("""
                        insert into trial (id, model, live, created_at, doc) values (:id, :model, :live, :at, :doc)
                        on conflict (id) do update set live = excluded.live, doc = excluded.doc
                        """)
                        .bind("id", trial.id())
                        .bind("model", trial.model().value())
                        .bind("live", trial.live() ? 1 : 0)
                        .bind("at", trial.createdAt().toEpochMilli())
                        .bind("doc", Documents.write(trial))
                        .execute();
            }
            for (var entry : asked.entrySet()) {
                h.createUpdate("""
                        insert into trial_device (device, state) values (:device, :state)
                        on conflict (device) do update set state = excluded.state
                        """)
                        .bind("device", entry.getKey().value())
                        .bind("state", entry.getValue().toByteArray())
                        .execute();
            }
        });
    }

    @Override
    public Map<DeviceId, TrialState> asked() {
        return messages("state", TrialState.parser());
    }

    @Override
    public Map<DeviceId, TrialReport> reports() {
        return messages("report", TrialReport.parser());
    }

    private <M extends Message> Map<DeviceId, M> messages(String column, Parser<M> parser) {
        return database.jdbi().withHandle(h -> {
            var all = new LinkedHashMap<DeviceId, M>();
            h.createQuery("select device, state, report from trial_device order by device")
                    .map((row, context) ->
                            Map.entry(row.getString("device"), Optional.ofNullable(row.getBytes(column))))
                    .forEach(entry -> entry.getValue()
                            .ifPresent(
                                    bytes -> all.put(DeviceId.of(entry.getKey()), Documents.message(parser, bytes))));
            return all;
        });
    }

    @Override
    public void report(DeviceId device, TrialReport report) {
        database.jdbi()
                .useHandle(h -> h.createUpdate("""
                        insert into trial_device (device, report) values (:device, :report)
                        on conflict (device) do update set report = excluded.report
                        """)
                        .bind("device", device.value())
                        .bind("report", report.toByteArray())
                        .execute());
    }

    @Override
    public void forget(DeviceId device) {
        database.jdbi().useHandle(h -> h.execute("delete from trial_device where device = ?", device.value()));
    }
}
