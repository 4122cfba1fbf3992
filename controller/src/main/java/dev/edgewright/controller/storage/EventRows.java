package dev.edgewright.controller.storage;

import dev.edgewright.controller.events.Event;
import dev.edgewright.controller.events.NewEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Writes events inside whatever transaction they belong to. Numbers come from one row, which is locked until that transaction ends: who reads
 * number n has seen or will never see every smaller one.
 */
final class EventRows {

    private EventRows() {}

    static List<Event> append(Handle h, List<NewEvent> events) {
        if (events.isEmpty()) {
            return List.of();
        }
        h.createUpdate("update event_head set sequence = sequence + :n where id = 1")
                .bind("n", events.size())
                .execute();
        long last = h.createQuery("select sequence from event_head where id = 1")
                .mapTo(Long.class)
                .one();
        var numbered = new ArrayList<Event>(events.size());
        var batch = h.prepareBatch("""
                insert into event (sequence, at, kind, subject, who, words, facts)
                values (:sequence, :at, :kind, :subject, :who, :words, :facts)
                """);
        long sequence = last - events.size();
        for (NewEvent event : events) {
            numbered.add(new Event(++sequence, event));
            batch.bind("sequence", sequence)
                    .bind("at", event.at().toEpochMilli())
                    .bind("kind", event.kind())
                    .bind("subject", event.subject())
                    .bind("who", event.who())
                    .bind("words", event.words())
                    .bind("facts", Documents.write(event.facts()))
                    .add();
        }
        batch.execute();
        return numbered;
    }

    @SuppressWarnings("unchecked")
    static Event event(ResultSet row) throws SQLException {
        return new Event(
                row.getLong("sequence"),
                new NewEvent(
                        Instant.ofEpochMilli(row.getLong("at")),
                        row.getString("kind"),
                        row.getString("subject"),
                        row.getString("who"),
                        row.getString("words"),
                        (Map<String, String>) Documents.read(row.getString("facts"), Map.class)));
    }
}
