package dev.edgewright.controller.http.view;

import dev.edgewright.controller.audit.AuditEntry;

/** Schema {@code AuditEntry}. */
public record AuditView(
        long sequence,
        String at,
        String actor,
        String via,
        String action,
        String object,
        String before,
        String after,
        String outcome,
        String detail) {
    public static AuditView of(AuditEntry entry) {
        return new AuditView(
                entry.sequence(),
                Text.time(entry.at()),
                entry.actor(),
                entry.via(),
                entry.action(),
                entry.object(),
                entry.before().orElse(null),
                entry.after().orElse(null),
                entry.outcome(),
                Text.some(entry.detail()));
    }
}
