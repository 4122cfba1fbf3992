package dev.edgewright.controller.http;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.controller.audit.AuditEntry;
import dev.edgewright.controller.audit.AuditLog;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;

/** Makes the entry of the audit log for a request that changes something: done or refused, by whom, and what it was before and after. */
final class Audited {

    private static final String BASE = "/api/v1/";
    private static final String BEFORE = "audit.before";
    private static final String AFTER = "audit.after";

    private final AuditLog log;
    private final Clock clock;

    Audited(AuditLog log, Clock clock) {
        this.log = log;
        this.clock = clock;
    }

    /** A route says what its object was, and is, where that says something. */
    static void was(RoutingContext context, String before) {
        context.put(BEFORE, before);
    }

    static void is(RoutingContext context, String after) {
        context.put(AFTER, after);
    }

    static boolean changes(RoutingContext context) {
        var method = context.request().method();
        return method != HttpMethod.GET && method != HttpMethod.HEAD && method != HttpMethod.OPTIONS;
    }

    /** Writes the entry; blocks on the database. */
    void append(RoutingContext context, Reply reply, Throwable failure) {
        var parts = context.normalizedPath().substring(BASE.length()).split("/");
        var actor = Actor.of(context.request());
        String object = parts.length > 1 ? parts[0] + "/" + parts[1] : parts[0];
        if (parts.length == 1 && reply != null && reply.headers().containsKey("location")) {
            object = reply.headers().get("location").substring(BASE.length());
        }
        log.append(new AuditEntry(
                0,
                clock.instant(),
                actor.name(),
                actor.via(),
                parts[0] + "." + verb(context.request().method(), parts),
                object,
                Optional.ofNullable(context.get(BEFORE)),
                failure == null ? Optional.ofNullable(context.get(AFTER)) : Optional.empty(),
                failure == null ? "done" : code(failure),
                failure == null || failure.getMessage() == null ? "" : failure.getMessage()));
    }

    private static String verb(HttpMethod method, String[] parts) {
        if (parts.length > 2) {
            return parts[parts.length - 1];
        }
        return switch (method.name()) {
            case "POST" -> "create";
            case "PATCH" -> "change";
            default -> method.name().toLowerCase(Locale.ROOT);
        };
    }

    private static String code(Throwable failure) {
        var cause = failure.getCause() instanceof EdgewrightException ? failure.getCause() : failure;
        return cause instanceof EdgewrightException known ? known.code().name() : "INTERNAL";
    }
}
