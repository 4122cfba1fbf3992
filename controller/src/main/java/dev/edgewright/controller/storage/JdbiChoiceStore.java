package dev.edgewright.controller.storage;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.controller.fleet.ClassBook;
import dev.edgewright.controller.fleet.DeviceClasses;
import dev.edgewright.controller.selection.DecisionStore;
import dev.edgewright.controller.selection.TrialMeasurements;
import java.util.List;
import java.util.Map;

/** Device classes, what trials measured, and decisions, in the tables {@code class_book}, {@code measurement}, {@code decision}. */
public final class JdbiChoiceStore implements DeviceClasses.Store, TrialMeasurements, DecisionStore {

    private final Database database;

    public JdbiChoiceStore(Database database) {
        this.database = database;
    }

    @Override
    public ClassBook load() {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select doc from class_book where id = 1")
                        .map((row, context) -> Documents.read(row.getString("doc"), ClassBook.class))
                        .findOne())
                .orElse(ClassBook.EMPTY);
    }

    @Override
    public void save(ClassBook book) {
        database.jdbi()
                .useHandle(h -> h.createUpdate(
                                "insert into class_book (id, doc) values (1, :doc) on conflict (id) do update set doc = excluded.doc")
                        .bind("doc", Documents.write(book))
                        .execute());
    }

    @Override
    public List<Measurement> all() {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select doc from measurement order by device_class, manifest, device")
                        .map((row, context) -> Documents.read(row.getString("doc"), Measurement.class))
                        .list());
    }

    @Override
    public void put(Measurement measurement) {
        database.jdbi()
                .useHandle(h -> h.createUpdate("""
                        insert into measurement (device_class, manifest, device, doc) values (:class, :manifest, :device, :doc)
                        on conflict (device_class, manifest, device) do update set doc = excluded.doc
                        """)
                        .bind("class", measurement.deviceClass())
                        .bind("manifest", measurement.manifest().hex())
                        .bind("device", measurement.device().value())
                        .bind("doc", Documents.write(measurement))
                        .execute());
    }

    @Override
    public void add(Map<Decision, List<DeviceId>> decisions) {
        if (decisions.isEmpty()) {
            return;
        }
        database.jdbi().useTransaction(h -> {
            var whole = h.prepareBatch("""
                    insert into decision (id, rollout, model, at, doc) values (:id, :rollout, :model, :at, :doc)
                    on conflict (id) do update set doc = excluded.doc
                    """);
            var members = h.prepareBatch("""
                    insert into decision_device (device, model, at, decision) values (:device, :model, :at, :decision)
                    on conflict (device, model) do update set at = excluded.at, decision = excluded.decision
                    """);
            decisions.forEach((decision, devices) -> {
                long at = decision.at().toEpochMilli();
                whole.bind("id", decision.id())
                        .bind("rollout", decision.rollout())
                        .bind("model", decision.model())
                        .bind("at", at)
                        .bind("doc", Documents.write(decision))
                        .add();
                devices.forEach(device -> members.bind("device", device.value())
                        .bind("model", decision.model())
                        .bind("at", at)
                        .bind("decision", decision.id())
                        .add());
            });
            whole.execute();
            if (decisions.values().stream().anyMatch(d -> !d.isEmpty())) {
                members.execute();
            }
        });
    }

    @Override
    public List<Decision> of(DeviceId device) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("""
                        select d.doc from decision d join decision_device m on m.decision = d.id
                        where m.device = :device order by m.at desc, m.model
                        """)
                        .bind("device", device.value())
                        .map((row, context) -> Documents.read(row.getString("doc"), Decision.class))
                        .list());
    }
}
