package dev.edgewright.controller.broker;

import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.persistence.local.ClientSessionLocalPersistence;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the session tables of the library safe to read while clients connect.
 *
 * <p>HiveMQ CE 2025.5 (and 2026.5) keeps the sessions of its in-memory mode in plain hash maps. One thread at a time writes to each, but every
 * thread that routes a message or takes a subscription reads them without a lock. While such a map grows its new table is empty for a moment, and
 * a session that exists is not found: a message to its client is acknowledged and thrown away, a subscription of its client is acknowledged and
 * not made. No counter tells of either. Maps for concurrent use, put in their place before anybody can connect, close the gap.
 */
final class SessionTables {

    private SessionTables() {}

    /**
     * Replaces the tables; to be called after the library made its parts and before it listens, which is when it starts extensions.
     *
     * @throws IllegalStateException when the library is not built as the known versions are
     */
    static void makeConcurrent(EmbeddedHiveMQ broker) {
        var sessions = sessions(broker);
        if (!(read(sessions, "buckets") instanceof Map<?, ?>[] tables)) {
            throw new IllegalStateException("the session tables of the embedded broker are not maps");
        }
        for (int i = 0; i < tables.length; i++) {
            tables[i] = new ConcurrentHashMap<>(tables[i]);
        }
    }

    /** What the broker looks sessions up in. */
    static ClientSessionLocalPersistence sessions(EmbeddedHiveMQ broker) {
        var parts = read(read(broker, "hiveMQServer"), "injector");
        try {
            // By name: the library's own injector is not among what this module compiles against.
            var part = Class.forName("com.google.inject.Injector").getMethod("getInstance", Class.class);
            return (ClientSessionLocalPersistence) part.invoke(parts, ClientSessionLocalPersistence.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the embedded broker does not tell its parts", e);
        }
    }

    private static Object read(Object owner, String name) {
        if (owner == null) {
            throw new IllegalStateException("the embedded broker has not made its parts");
        }
        try {
            Field field = owner.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field.get(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the embedded broker has no " + name + " in " + owner.getClass(), e);
        }
    }
}
