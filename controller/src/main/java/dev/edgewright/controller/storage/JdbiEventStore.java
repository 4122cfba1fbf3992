package dev.edgewright.controller.storage;

import dev.edgewright.controller.events.Event;
import dev.edgewright.controller.events.EventStore;
import dev.edgewright.controller.events.NewEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Events in the table {@code event}. */
public final class JdbiEventStore implements EventStore {

    private final Database database;

    public JdbiEventStore(Database database) {
        this.database = database;
    }

    @Override
    public List<Event> append(List<NewEvent> events) {
        return database.jdbi().inTransaction(h -> EventRows.append(h, events));
    }

    @Override
    public List<Event> after(long sequence, int limit) {
        return database.jdbi()
                .withHandle(
                        h -> h.createQuery("select * from event where sequence > :after order by sequence limit :limit")
                                .bind("after", sequence)
                                .bind("limit", limit)
                                .map((row, context) -> EventRows.event(row))
                                .list());
    }

    @Override
    public List<Event> newest(int limit) {
        var newest = new ArrayList<>(database.jdbi()
                .withHandle(h -> h.createQuery("select * from event order by sequence desc limit :limit")
                        .bind("limit", limit)
                        .map((row, context) -> EventRows.event(row))
                        .list()));
        Collections.reverse(newest);
        return newest;
    }

    @Override
    public long head() {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select sequence from event_head where id = 1")
                        .mapTo(Long.class)
                        .one());
    }

    @Override
    public void forget(long sequence) {
        database.jdbi().useTransaction(h -> {
            h.execute("delete from webhook_delivery where event <= ? and state <> 'PENDING'", sequence);
            h.execute("""
                    delete from event where sequence <= ?
                      and not exists (select 1 from webhook_delivery d where d.event = event.sequence)
                      and sequence <= coalesce((select min(cursor_at) from webhook), sequence)
                    """, sequence);
        });
    }
}
