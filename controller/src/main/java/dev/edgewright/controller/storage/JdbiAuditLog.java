package dev.edgewright.controller.storage;

import dev.edgewright.controller.audit.AuditEntry;
import dev.edgewright.controller.audit.AuditLog;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The table {@code audit}, of which the database itself lets nothing be changed or removed. */
public final class JdbiAuditLog implements AuditLog {

    private final Database database;

    public JdbiAuditLog(Database database) {
        this.database = database;
    }

    @Override
    public void append(AuditEntry entry) {
        database.jdbi().useTransaction(h -> append(h, entry));
    }

    /** Inside the transaction of what is being done. */
    static void append(Handle h, AuditEntry entry) {
        h.execute("update audit_head set sequence = sequence + 1 where id = 1");
        h.createUpdate("""
                insert into audit (sequence, at, actor, via, action, object, was, became, outcome, detail)
                values ((select sequence from audit_head where id = 1), :at, :actor, :via, :action, :object, :before, :after,
                    :outcome, :detail)
                """)
                .bind("at", entry.at().toEpochMilli())
                .bind("actor", entry.actor())
                .bind("via", entry.via())
                .bind("action", entry.action())
                .bind("object", entry.object())
                .bind("before", entry.before().orElse(null))
                .bind("after", entry.after().orElse(null))
                .bind("outcome", entry.outcome())
                .bind("detail", entry.detail())
                .execute();
    }

    @Override
    public List<AuditEntry> list(Filter filter, long before, int limit) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("""
                                select * from audit
                                where (:before = 0 or sequence < :before)
                                  and (:actor = '' or actor = :actor)
                                  and (:action = '' or action = :action)
                                  and (:object = '' or object = :object or object like :below escape '!')
                                order by sequence desc limit :limit
                                """)
                        .bind("before", before)
                        .bind("actor", filter.actor().orElse(""))
                        .bind("action", filter.action().orElse(""))
                        .bind("object", filter.object().orElse(""))
                        .bind(
                                "below",
                                filter.object().map(JdbiAuditLog::literal).orElse("") + "/%")
                        .bind("limit", limit)
                        .map((row, context) -> entry(row))
                        .list());
    }

    private static String literal(String text) {
        return text.replace("!", "!!").replace("%", "!%").replace("_", "!_");
    }

    private static AuditEntry entry(ResultSet row) throws SQLException {
        return new AuditEntry(
                row.getLong("sequence"),
                Instant.ofEpochMilli(row.getLong("at")),
                row.getString("actor"),
                row.getString("via"),
                row.getString("action"),
                row.getString("object"),
                Optional.ofNullable(row.getString("was")),
                Optional.ofNullable(row.getString("became")),
                row.getString("outcome"),
                row.getString("detail"));
    }
}
