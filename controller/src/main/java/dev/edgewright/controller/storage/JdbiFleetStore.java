package dev.edgewright.controller.storage;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.controller.fleet.Boots;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.FleetStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Devices in the table {@code device}. */
public final class JdbiFleetStore implements FleetStore {

    private final Database database;

    public JdbiFleetStore(Database database) {
        this.database = database;
    }

    @Override
    public List<Device> all() {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select * from device order by id")
                        .map((row, context) -> device(row))
                        .list());
    }

    @Override
    public void save(Collection<Device> devices) {
        if (devices.isEmpty()) {
            return;
        }
        database.jdbi().useTransaction(h -> {
            var batch = h.prepareBatch("""
                    insert into device (id, hello, reported, presence, boots, labels, first_seen, last_seen)
                    values (:id, :hello, :reported, :presence, :boots, :labels, :first, :last)
                    on conflict (id) do update set hello = excluded.hello, reported = excluded.reported,
                        presence = excluded.presence, boots = excluded.boots, labels = excluded.labels, last_seen = excluded.last_seen
                    """);
            for (Device device : devices) {
                batch.bind("id", device.id().value())
                        .bind("hello", device.hello().toByteArray())
                        .bind("reported", device.reported().toByteArray())
                        .bind("presence", device.presence().toByteArray())
                        .bind("boots", device.boots().toText())
                        .bind("labels", Documents.write(device.operatorLabels()))
                        .bind("first", device.firstSeen().toEpochMilli())
                        .bind("last", device.lastSeen().toEpochMilli())
                        .add();
            }
            batch.execute();
        });
    }

    @Override
    public void remove(DeviceId device) {
        database.jdbi().useHandle(h -> h.execute("delete from device where id = ?", device.value()));
    }

    @SuppressWarnings("unchecked")
    private static Device device(ResultSet row) throws SQLException {
        return new Device(
                DeviceId.of(row.getString("id")),
                Documents.message(Hello.parser(), row.getBytes("hello")),
                Documents.message(Reported.parser(), row.getBytes("reported")),
                Documents.message(Presence.parser(), row.getBytes("presence")),
                Boots.ofText(row.getString("boots")),
                (Map<String, String>) Documents.read(row.getString("labels"), Map.class),
                Instant.ofEpochMilli(row.getLong("first_seen")),
                Instant.ofEpochMilli(row.getLong("last_seen")));
    }
}
