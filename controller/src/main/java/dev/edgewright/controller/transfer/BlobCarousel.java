package dev.edgewright.controller.transfer;

import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.id.DeviceId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Decides which chunk of one blob is published next. Pure: time comes in as an argument.
 *
 * <p>A carousel: the cursor runs over the chunks that some receiver lacks and begins again at the end, so that who joined late, or
 * lost a chunk, is served together with all others in the same plight, a round later. A receiver says with each want how many
 * chunks it has room for; a chunk waits for receivers that lack it and have no room, but not for long.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5651">RFC 5651, Layered Coding Transport, for carousels</a>
 */
final class BlobCarousel {

    private final int chunks;
    private final TransferTiming timing;
    private final Map<DeviceId, Receiver> receivers = new LinkedHashMap<>();
    private final Map<DeviceId, Long> expected = new LinkedHashMap<>();
    private final long[] publishedAt;
    private int cursor;
    private long firstWant = -1;
    private long lastJoin = -1;
    private long lastExpected = -1;
    private long blockedSince = -1;
    private int dropped;
    private boolean allAsked;

    private static final class Receiver {
        private final long joined;
        private ChunkBitmap owed;
        private int room;
        private long lastWant;
        private int missing = Integer.MAX_VALUE;
        private boolean lagging;

        Receiver(long joined) {
            this.joined = joined;
        }
    }

    BlobCarousel(int chunks, TransferTiming timing) {
        this.chunks = chunks;
        this.timing = timing;
        this.publishedAt = new long[chunks];
        Arrays.fill(publishedAt, Long.MIN_VALUE / 2);
    }

    int chunks() {
        return chunks;
    }

    /** A receiver was just told of the blob, and will ask unless it has all of it: when all such have asked, nobody else is waited for. */
    void expect(DeviceId device, long now) {
        if (!receivers.containsKey(device)) {
            expected.put(device, now);
            lastExpected = now;
            allAsked = false;
        }
    }

    /** A receiver says what it lacks and how many chunks it has room for. */
    void want(DeviceId device, ChunkBitmap missing, int window, long now) {
        allAsked |= expected.remove(device) != null && expected.isEmpty();
        var receiver = receivers.get(device);
        if (receiver == null || now - receiver.lastWant > timing.stalled()) {
            // New, or back after a silence in which chunks passed it by.
            receiver = new Receiver(now);
            receivers.put(device, receiver);
            lastJoin = now;
        }
        if (receiver.room <= 0 && missing.cardinality() >= receiver.missing && !receiver.lagging) {
            // All that it had room for went out and nothing arrived: nobody waits for it any longer.
            receiver.lagging = true;
            dropped++;
        }
        receiver.lastWant = now;
        receiver.missing = missing.cardinality();
        receiver.room = Math.max(1, window);
        receiver.owed = missing.copy();
        for (int i = missing.next(0); i >= 0; i = missing.next(i + 1)) {
            boolean wasThere = publishedAt[i] >= receiver.joined;
            if (wasThere && now - publishedAt[i] < timing.inFlight()) {
                receiver.owed.clear(i);
            }
        }
        if (firstWant < 0) {
            firstWant = now;
        }
    }

    /** The chunk to publish now; empty when nothing may be published now. */
    OptionalInt next(long now) {
        if (!gathered(now)) {
            return OptionalInt.empty();
        }
        boolean waiting = false;
        for (int step = 0; step < chunks; step++) {
            int chunk = (cursor + step) % chunks;
            boolean room = false;
            boolean blocked = false;
            for (Receiver receiver : receivers.values()) {
                if (receiver.owed.isSet(chunk) && live(receiver, now)) {
                    room |= receiver.room > 0;
                    blocked |= receiver.room <= 0 && !receiver.lagging;
                }
            }
            if (room && !blocked) {
                blockedSince = -1;
                return OptionalInt.of(chunk);
            }
            waiting |= room;
        }
        if (!waiting) {
            blockedSince = -1;
            return OptionalInt.empty();
        }
        return passLaggards(now);
    }

    /** Some have room and wait for others that have none: for a while, then no longer. */
    private OptionalInt passLaggards(long now) {
        if (blockedSince < 0) {
            blockedSince = now;
        }
        if (now - blockedSince < timing.patience()) {
            return OptionalInt.empty();
        }
        for (Receiver receiver : receivers.values()) {
            if (receiver.room <= 0 && !receiver.lagging && !receiver.owed.isEmpty()) {
                receiver.lagging = true;
                dropped++;
            }
        }
        blockedSince = -1;
        return next(now);
    }

    /** The chunk is on its way to everyone. */
    void published(int chunk, long now) {
        publishedAt[chunk] = now;
        cursor = (chunk + 1) % chunks;
        for (Receiver receiver : receivers.values()) {
            if (receiver.owed.isSet(chunk)) {
                receiver.owed.clear(chunk);
                receiver.room--;
            }
        }
    }

    /** Forgets receivers that are gone; true while any is left. */
    boolean expire(long now) {
        receivers.values().removeIf(r -> now - r.lastWant > timing.forgotten());
        expected.values().removeIf(since -> now - since > timing.stalled());
        boolean owed = receivers.values().stream().anyMatch(r -> live(r, now) && !r.owed.isEmpty());
        if (!owed) {
            // Whoever comes next begins a new gathering, and laggards are like all others again.
            firstWant = -1;
            allAsked = false;
            receivers.values().forEach(r -> r.lagging = false);
        }
        return !receivers.isEmpty() || !expected.isEmpty();
    }

    /** True while some live receiver lacks a chunk that is not on its way. */
    boolean active(long now) {
        return receivers.values().stream().anyMatch(r -> live(r, now) && !r.owed.isEmpty());
    }

    int dropped() {
        return dropped;
    }

    private boolean gathered(long now) {
        long quiet = allAsked && expected.isEmpty() ? timing.allAskedQuiet() : timing.gatherQuiet();
        return firstWant >= 0
                && (now - Math.max(lastJoin, lastExpected) >= quiet || now - firstWant >= timing.gatherMost());
    }

    private boolean live(Receiver receiver, long now) {
        return now - receiver.lastWant <= timing.stalled();
    }
}
