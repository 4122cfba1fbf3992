package dev.edgewright.controller.storage;

import dev.edgewright.common.config.Secret;
import dev.edgewright.controller.events.Delivery;
import dev.edgewright.controller.events.Event;
import dev.edgewright.controller.events.Webhook;
import dev.edgewright.controller.events.WebhookStore;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Webhooks and deliveries in the tables {@code webhook} and {@code webhook_delivery}. */
public final class JdbiWebhookStore implements WebhookStore {

    private final Database database;

    public JdbiWebhookStore(Database database) {
        this.database = database;
    }

    @Override
    public void add(Webhook webhook) {
        database.jdbi()
                .useHandle(h -> h.createUpdate("""
                        insert into webhook (id, url, secret, kinds, created_at, created_by, cursor_at)
                        values (:id, :url, :secret, :kinds, :at, :by, :cursor)
                        """)
                        .bind("id", webhook.id())
                        .bind("url", webhook.url().toString())
                        .bind("secret", webhook.secret().reveal())
                        .bind("kinds", String.join(",", webhook.kinds()))
                        .bind("at", webhook.createdAt().toEpochMilli())
                        .bind("by", webhook.createdBy())
                        .bind("cursor", webhook.cursor())
                        .execute());
    }

    @Override
    public List<Webhook> all() {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select * from webhook order by created_at, id")
                        .map((row, context) -> webhook(row))
                        .list());
    }

    @Override
    public Optional<Webhook> find(String id) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select * from webhook where id = :id")
                        .bind("id", id)
                        .map((row, context) -> webhook(row))
                        .findOne());
    }

    @Override
    public boolean remove(String id) {
        return database.jdbi().inTransaction(h -> {
            h.execute("delete from webhook_delivery where webhook = ?", id);
            return h.execute("delete from webhook where id = ?", id) == 1;
        });
    }

    @Override
    public boolean makeOut(Webhook webhook, long cursor, Collection<Delivery> deliveries) {
        return database.jdbi().inTransaction(h -> {
            int moved = h.execute(
                    "update webhook set cursor_at = ? where id = ? and cursor_at = ?",
                    cursor,
                    webhook.id(),
                    webhook.cursor());
            if (moved == 1) {
                deliveries.forEach(d -> write(h, d));
            }
            return moved == 1;
        });
    }

    @Override
    public List<Delivery> due(Instant now, int limit) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("""
                                select * from webhook_delivery where state = 'PENDING' and next_at <= :now
                                order by next_at, event limit :limit
                                """)
                        .bind("now", now.toEpochMilli())
                        .bind("limit", limit)
                        .map((row, context) -> delivery(row))
                        .list());
    }

    @Override
    public boolean claim(Delivery delivery, Instant until) {
        return 1
                == database.jdbi()
                        .withHandle(h -> h.createUpdate("""
                                        update webhook_delivery set next_at = :until
                                        where webhook = :webhook and event = :event and state = 'PENDING'
                                          and next_at = :was and attempts = :attempts
                                        """)
                                .bind("until", until.toEpochMilli())
                                .bind("webhook", delivery.webhook())
                                .bind("event", delivery.event())
                                .bind("was", delivery.nextAt().toEpochMilli())
                                .bind("attempts", delivery.attempts())
                                .execute());
    }

    @Override
    public void save(Delivery delivery) {
        database.jdbi().useHandle(h -> write(h, delivery));
    }

    @Override
    public Optional<Delivery> delivery(String webhook, long event) {
        return database.jdbi()
                .withHandle(
                        h -> h.createQuery("select * from webhook_delivery where webhook = :webhook and event = :event")
                                .bind("webhook", webhook)
                                .bind("event", event)
                                .map((row, context) -> delivery(row))
                                .findOne());
    }

    @Override
    public List<Delivery> deliveries(String webhook, Optional<Delivery.State> state, int limit) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("""
                                select * from webhook_delivery
                                where webhook = :webhook and (:state = '' or state = :state)
                                order by event desc limit :limit
                                """)
                        .bind("webhook", webhook)
                        .bind("state", state.map(Enum::name).orElse(""))
                        .bind("limit", limit)
                        .map((row, context) -> delivery(row))
                        .list());
    }

    @Override
    public Optional<Event> event(long sequence) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select * from event where sequence = :sequence")
                        .bind("sequence", sequence)
                        .map((row, context) -> EventRows.event(row))
                        .findOne());
    }

    private static void write(Handle h, Delivery delivery) {
        h.createUpdate("""
                insert into webhook_delivery (webhook, event, state, attempts, next_at, last_status, last_error, updated_at)
                values (:webhook, :event, :state, :attempts, :next, :status, :error, :at)
                on conflict (webhook, event) do update set state = excluded.state, attempts = excluded.attempts,
                    next_at = excluded.next_at, last_status = excluded.last_status, last_error = excluded.last_error,
                    updated_at = excluded.updated_at
                """)
                .bind("webhook", delivery.webhook())
                .bind("event", delivery.event())
                .bind("state", delivery.state().name())
                .bind("attempts", delivery.attempts())
                .bind("next", delivery.nextAt().toEpochMilli())
                .bind("status", delivery.lastStatus())
                .bind("error", delivery.lastError().orElse(""))
                .bind("at", delivery.updatedAt().toEpochMilli())
                .execute();
    }

    private static Webhook webhook(ResultSet row) throws SQLException {
        String kinds = row.getString("kinds");
        return new Webhook(
                row.getString("id"),
                URI.create(row.getString("url")),
                Secret.of(row.getString("secret")),
                kinds.isEmpty() ? List.of() : List.of(kinds.split(",")),
                Instant.ofEpochMilli(row.getLong("created_at")),
                row.getString("created_by"),
                row.getLong("cursor_at"));
    }

    private static Delivery delivery(ResultSet row) throws SQLException {
        String error = row.getString("last_error");
        return new Delivery(
                row.getString("webhook"),
                row.getLong("event"),
                Delivery.State.valueOf(row.getString("state")),
                row.getInt("attempts"),
                Instant.ofEpochMilli(row.getLong("next_at")),
                row.getInt("last_status"),
                error.isEmpty() ? Optional.empty() : Optional.of(error),
                Instant.ofEpochMilli(row.getLong("updated_at")));
    }
}
