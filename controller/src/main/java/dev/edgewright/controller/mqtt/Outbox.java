package dev.edgewright.controller.mqtt;

import dev.edgewright.common.id.DeviceId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Desired states on their way to the broker. Only the newest of a device waits: who asked for an older one is answered
 * together with it. One state of a device is under way at a time, so that an older one whose delivery is uncertain can
 * neither take the place of a newer one nor follow it. Thread-safe.
 */
final class Outbox {

    /** @param waiting completed when the broker has this state or a newer one of the same device */
    record Entry(DeviceId device, byte[] payload, List<CompletableFuture<Void>> waiting) {
        private void delivered() {
            waiting.forEach(w -> w.complete(null));
        }

        void failed(Throwable cause) {
            waiting.forEach(w -> w.completeExceptionally(cause));
        }
    }

    private final Map<DeviceId, Entry> entries = new LinkedHashMap<>();
    private final Set<DeviceId> underWay = new HashSet<>();

    synchronized CompletableFuture<Void> add(DeviceId device, byte[] payload) {
        var future = new CompletableFuture<Void>();
        var waiting = new ArrayList<CompletableFuture<Void>>();
        var older = entries.remove(device);
        if (older != null) {
            waiting.addAll(older.waiting());
        }
        waiting.add(future);
        entries.put(device, new Entry(device, payload, waiting));
        return future;
    }

    /** The entry that waits longest and may go, taken out; null when there is none. */
    synchronized Entry poll() {
        var all = entries.values().iterator();
        while (all.hasNext()) {
            var entry = all.next();
            if (underWay.add(entry.device())) {
                all.remove();
                return entry;
            }
        }
        return null;
    }

    /** The broker has it. */
    void delivered(Entry entry) {
        synchronized (this) {
            underWay.remove(entry.device());
        }
        entry.delivered();
    }

    /** Puts an entry back whose delivery is not certain; true when a newer one has come, which then goes in its place. */
    synchronized boolean putBack(Entry entry) {
        underWay.remove(entry.device());
        var newer = entries.get(entry.device());
        if (newer == null) {
            entries.put(entry.device(), entry);
            return false;
        }
        newer.waiting().addAll(entry.waiting());
        return true;
    }

    synchronized int size() {
        return entries.size();
    }

    synchronized List<Entry> drain() {
        var all = List.copyOf(entries.values());
        entries.clear();
        return all;
    }
}
