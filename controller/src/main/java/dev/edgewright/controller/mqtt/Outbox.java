package dev.edgewright.controller.mqtt;

import dev.edgewright.common.id.DeviceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Desired states on their way to the broker. Only the newest of a device waits: who asked for an older one is answered
 * together with it. Thread-safe.
 */
final class Outbox {

    /** @param waiting completed when the broker has this state or a newer one of the same device */
    record Entry(DeviceId device, byte[] payload, List<CompletableFuture<Void>> waiting) {
        void delivered() {
            waiting.forEach(w -> w.complete(null));
        }

        void failed(Throwable cause) {
            waiting.forEach(w -> w.completeExceptionally(cause));
        }
    }

    private final Map<DeviceId, Entry> entries = new LinkedHashMap<>();

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

    /** The entry that waits longest, taken out; null when there is none. */
    synchronized Entry poll() {
        var all = entries.values().iterator();
        if (!all.hasNext()) {
            return null;
        }
        var entry = all.next();
        all.remove();
        return entry;
    }

    /** Puts an entry back whose delivery is not certain, unless a newer one took its place. */
    synchronized void putBack(Entry entry) {
        var newer = entries.get(entry.device());
        if (newer == null) {
            entries.put(entry.device(), entry);
        } else {
            newer.waiting().addAll(entry.waiting());
        }
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
