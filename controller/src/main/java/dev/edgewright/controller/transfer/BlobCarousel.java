package dev.edgewright.controller.transfer;

import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.id.DeviceId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Decides which chunk of one blob is published next. Pure: time comes in as an argument.
 *
 * <p>A carousel: the cursor runs over the chunks that some receiver lacks and begins again at the end, so that who joined late, or
 * lost a chunk, is served together with all others in the same plight, a round later. A receiver says with each want how many
 * chunks it has room for; a chunk waits for receivers that lack it and have no room, but not for long. One that asks for a quarter of what the
 * others ask for at once, or less, holds them back for as long altogether, not each time anew.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5651">RFC 5651, Layered Coding Transport, for carousels</a>
 */
final class BlobCarousel {

    /** A window that many times smaller than the largest is small. */
    private static final int SMALL = 4;

    private static final long FORGET_EVERY_MS = 1000;

    private final int chunks;
    private final TransferTiming timing;
    private final Map<DeviceId, Receiver> receivers = new LinkedHashMap<>();
    /** Those that lack something that is not on its way: of thousands most have all. */
    private final Set<Receiver> owing = new LinkedHashSet<>();

    private final Map<DeviceId, Long> expected = new LinkedHashMap<>();
    private final long[] publishedAt;
    private int cursor;
    private long firstWant = -1;
    private long lastJoin = -1;
    private long lastExpected = -1;
    private long lastForgotten = Long.MIN_VALUE / 2;
    private long blockedSince = -1;
    private long blockedSeen = -1;
    private int dropped;
    private boolean allAsked;

    private static final class Receiver {
        private final long joined;
        private ChunkBitmap owed;
        private int room;
        private long lastWant;
        private int missing = Integer.MAX_VALUE;
        private int window;
        private long held;
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
            owing.remove(receiver);
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
        receiver.window = Math.max(1, window);
        receiver.room = receiver.window;
        receiver.owed = missing.copy();
        for (int i = missing.next(0); i >= 0; i = missing.next(i + 1)) {
            boolean wasThere = publishedAt[i] >= receiver.joined;
            if (wasThere && now - publishedAt[i] < timing.inFlight()) {
                receiver.owed.clear(i);
            }
        }
        if (receiver.owed.isEmpty()) {
            owing.remove(receiver);
        } else {
            owing.add(receiver);
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
            for (Receiver receiver : owing) {
                if (receiver.owed.isSet(chunk) && live(receiver, now)) {
                    room |= receiver.room > 0;
                    blocked |= receiver.room <= 0 && !receiver.lagging;
                }
            }
            if (room && !blocked) {
                unblocked();
                return OptionalInt.of(chunk);
            }
            waiting |= room;
        }
        if (!waiting) {
            unblocked();
            return OptionalInt.empty();
        }
        return passLaggards(now);
    }

    private void unblocked() {
        blockedSince = -1;
        blockedSeen = -1;
    }

    /** Some have room and wait for others that have none: for a while, then no longer. */
    private OptionalInt passLaggards(long now) {
        if (blockedSince < 0) {
            blockedSince = now;
            blockedSeen = now;
        }
        int largest = owing.stream().mapToInt(r -> r.window).max().orElse(1);
        boolean tooLong = now - blockedSince >= timing.patience();
        boolean passed = false;
        for (Receiver receiver : owing) {
            if (receiver.room > 0 || receiver.lagging) {
                continue;
            }
            receiver.held += now - blockedSeen;
            boolean small = receiver.window * SMALL <= largest;
            if (tooLong || small && receiver.held >= timing.patience()) {
                receiver.lagging = true;
                passed = true;
                dropped++;
            }
        }
        blockedSeen = now;
        if (!passed) {
            return OptionalInt.empty();
        }
        unblocked();
        return next(now);
    }

    /** The chunk is on its way to everyone. */
    void published(int chunk, long now) {
        publishedAt[chunk] = now;
        cursor = (chunk + 1) % chunks;
        owing.removeIf(receiver -> {
            if (receiver.owed.isSet(chunk)) {
                receiver.owed.clear(chunk);
                receiver.room--;
            }
            return receiver.owed.isEmpty();
        });
    }

    /** Forgets receivers that are gone; true while any is left. */
    boolean expire(long now) {
        if (now - lastForgotten >= FORGET_EVERY_MS) {
            lastForgotten = now;
            receivers.values().removeIf(r -> now - r.lastWant > timing.forgotten());
            owing.removeIf(r -> now - r.lastWant > timing.forgotten());
            expected.values().removeIf(since -> now - since > timing.stalled());
        }
        if (firstWant >= 0 && !active(now)) {
            // Whoever comes next begins a new gathering, and laggards are like all others again.
            firstWant = -1;
            allAsked = false;
            receivers.values().forEach(r -> {
                r.lagging = false;
                r.held = 0;
            });
        }
        return !receivers.isEmpty() || !expected.isEmpty();
    }

    /** True while some live receiver lacks a chunk that is not on its way. */
    boolean active(long now) {
        return owing.stream().anyMatch(r -> live(r, now));
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
