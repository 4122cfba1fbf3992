package dev.edgewright.controller.audit;

import java.util.List;
import java.util.Optional;

/** Keeps what was done. There is no way to change or remove an entry. */
public interface AuditLog {

    void append(AuditEntry entry);

    /**
     * Newest first.
     *
     * @param before only entries with a smaller sequence; 0 for the newest
     */
    List<AuditEntry> list(Filter filter, long before, int limit);

    /** Each part is empty or has to be equal; an object also matches what lies below it. */
    record Filter(Optional<String> actor, Optional<String> action, Optional<String> object) {
        public static final Filter ALL = new Filter(Optional.empty(), Optional.empty(), Optional.empty());
    }
}
