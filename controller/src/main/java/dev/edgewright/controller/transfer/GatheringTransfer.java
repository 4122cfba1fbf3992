package dev.edgewright.controller.transfer;

import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Want;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves wants from a {@link BlobCarousel} per blob, blob by blob in turn. Wants only queue; all reading and publishing happens in
 * {@link #tick}, on its owner's thread.
 */
public final class GatheringTransfer implements TransferService {

    private static final Logger LOG = LoggerFactory.getLogger(GatheringTransfer.class);
    private static final int MAX_QUEUED_WANTS = 100_000;
    private static final int BYTES_PER_TICK = 4 << 20;
    private static final int REMEMBERED_BLOBS = 256;
    private static final long EXPIRE_EVERY_MS = 50;
    private static final String EVERYTHING = "all";

    private final ChunkSource source;
    private final ChunkPublisher publisher;
    private final TransferTiming timing;
    private final Budgets budgets;
    private final LongSupplier millis;
    private final LongSupplier unixMillis;
    private final ByteMeter all;
    private final Map<String, ByteMeter> scoped = new HashMap<>();
    private volatile Set<String> full = Set.of();

    private final ConcurrentLinkedQueue<Asked> asked = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Expected> told = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final Map<Digest, BlobCarousel> carousels = new LinkedHashMap<>();
    private final Map<Digest, Long> publishedByBlob = new LinkedHashMap<>(16, 0.75f, true);
    private final AtomicLong wants = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private long publishedChunks;
    private long publishedBytes;
    private long dropped;
    private long lastExpire = Long.MIN_VALUE / 2;
    private boolean active;

    private volatile Runnable wake = () -> {};

    private record Asked(DeviceId device, Want want) {}

    private record Expected(DeviceId device, Digest blob) {}

    /**
     * @param budget of compressed chunks over all blobs
     * @param budgets of some blobs, besides
     * @param millis a clock that never goes back
     * @param unixMillis by which the windows of budgets begin
     */
    public GatheringTransfer(
            ChunkSource source,
            ChunkPublisher publisher,
            TransferTiming timing,
            ByteBudget budget,
            Budgets budgets,
            LongSupplier millis,
            LongSupplier unixMillis) {
        this.source = source;
        this.publisher = publisher;
        this.timing = timing;
        this.budgets = budgets;
        this.millis = millis;
        this.unixMillis = unixMillis;
        this.all = new ByteMeter(budget, millis.getAsLong());
    }

    @Override
    public void onWant(DeviceId device, Want want) {
        wants.incrementAndGet();
        if (queued.incrementAndGet() > MAX_QUEUED_WANTS) {
            // Devices ask again; a queue that grows without end would help nobody.
            queued.decrementAndGet();
            refused.incrementAndGet();
            return;
        }
        asked.add(new Asked(device, want));
        wake.run();
    }

    @Override
    public void expect(DeviceId device, Collection<Digest> blobs) {
        blobs.forEach(blob -> told.add(new Expected(device, blob)));
    }

    @Override
    public void onWork(Runnable run) {
        this.wake = run;
    }

    @Override
    public synchronized long tick() {
        long now = millis.getAsLong();
        takeWants(now);
        int sent = 0;
        boolean more = true;
        while (more && sent < BYTES_PER_TICK) {
            more = false;
            for (var entry : carousels.entrySet()) {
                int bytes = publishNext(entry.getKey(), entry.getValue(), now);
                if (bytes < 0) {
                    noteFull(now);
                    return 20;
                }
                sent += bytes;
                more |= bytes > 0;
            }
        }
        if (now - lastExpire >= EXPIRE_EVERY_MS) {
            lastExpire = now;
            expire(now);
            noteFull(now);
            active = carousels.values().stream().anyMatch(c -> c.active(now));
        }
        return more ? 1 : active ? timing.allAskedQuiet() : 200;
    }

    /** Bytes published; 0 when nothing is due, -1 when the link or the budget takes no more now. */
    private int publishNext(Digest blob, BlobCarousel carousel, long now) {
        OptionalInt chunk = carousel.next(now);
        if (chunk.isEmpty()) {
            return 0;
        }
        long unix = unixMillis.getAsLong();
        if (!all.open(now, unix)) {
            return -1;
        }
        var own = meter(blob, now);
        if (own.isPresent() && !own.get().open(now, unix)) {
            return 0;
        }
        byte[] frame = source.chunk(blob, chunk.getAsInt());
        if (!all.fits(frame.length)) {
            return -1;
        }
        if (own.isPresent() && !own.get().fits(frame.length)) {
            return 0;
        }
        if (!publisher.publish(blob, chunk.getAsInt(), frame)) {
            return -1;
        }
        carousel.published(chunk.getAsInt(), now);
        all.spend(frame.length);
        own.ifPresent(meter -> meter.spend(frame.length));
        publishedChunks++;
        publishedBytes += frame.length;
        publishedByBlob.merge(blob, (long) frame.length, Long::sum);
        return Math.max(1, frame.length);
    }

    private void takeWants(long now) {
        for (Expected next = told.poll(); next != null; next = told.poll()) {
            Digest blob = next.blob();
            OptionalInt chunks = source.chunks(blob);
            if (chunks.isPresent()) {
                carousels
                        .computeIfAbsent(blob, k -> new BlobCarousel(chunks.getAsInt(), timing))
                        .expect(next.device(), now);
                active = true;
            }
        }
        for (Asked next = asked.poll(); next != null; next = asked.poll()) {
            queued.decrementAndGet();
            try {
                take(next, now);
            } catch (EdgewrightException e) {
                refused.incrementAndGet();
                LOG.atDebug()
                        .addKeyValue("device", next.device())
                        .addKeyValue("reason", e.getMessage())
                        .log("want refused");
            }
        }
    }

    private void take(Asked next, long now) {
        Want want = next.want();
        Digest blob = Digest.ofBytes(want.getDigest());
        int chunks = source.chunks(blob)
                .orElseThrow(() -> EdgewrightException.caller("BLOB_NOT_FOUND", "no blob " + blob.shortHex()));
        if (want.getChunks() != chunks) {
            throw EdgewrightException.caller(
                    "WANT_INVALID", "blob " + blob.shortHex() + " has " + chunks + " chunks, not " + want.getChunks());
        }
        var missing = ChunkBitmap.fromBytes(want.getMissing(), chunks);
        active = true;
        carousels
                .computeIfAbsent(blob, k -> new BlobCarousel(chunks, timing))
                .want(next.device(), missing, want.getWindow(), now);
    }

    /** Blobs of one scope share a meter; a budget that was changed begins anew. */
    private Optional<ByteMeter> meter(Digest blob, long now) {
        return budgets.of(blob).map(scope -> {
            var known = scoped.get(scope.name());
            if (known == null || !known.budget().equals(scope.budget())) {
                known = new ByteMeter(scope.budget(), now);
                scoped.put(scope.name(), known);
                if (scoped.size() > REMEMBERED_BLOBS) {
                    scoped.keySet().removeIf(name -> !name.equals(scope.name()) && carousels.isEmpty());
                }
            }
            return known;
        });
    }

    @Override
    public boolean held(String scope) {
        return full.contains(scope) || full.contains(EVERYTHING);
    }

    /** Windows may have ended while nothing was published; then nothing is held. */
    private void noteFull(long now) {
        long unix = unixMillis.getAsLong();
        var names = new HashSet<String>();
        scoped.forEach((name, meter) -> {
            meter.open(now, unix);
            if (meter.full()) {
                names.add(name);
            }
        });
        all.open(now, unix);
        if (all.full()) {
            names.add(EVERYTHING);
        }
        full = Set.copyOf(names);
    }

    private Map<String, TransferStats.Spent> spent() {
        var spent = new TreeMap<String, TransferStats.Spent>();
        spent.put(EVERYTHING, new TransferStats.Spent(all.spent(), all.budget().bytesPerWindow(), all.full()));
        scoped.forEach((name, meter) -> spent.put(
                name, new TransferStats.Spent(meter.spent(), meter.budget().bytesPerWindow(), meter.full())));
        return spent;
    }

    private void expire(long now) {
        List<Digest> done = new ArrayList<>();
        carousels.forEach((blob, carousel) -> {
            if (!carousel.expire(now)) {
                dropped += carousel.dropped();
                done.add(blob);
            }
        });
        done.forEach(carousels::remove);
        var oldest = publishedByBlob.keySet().iterator();
        while (publishedByBlob.size() > REMEMBERED_BLOBS && oldest.hasNext()) {
            oldest.next();
            oldest.remove();
        }
    }

    @Override
    public synchronized TransferStats stats() {
        long now = millis.getAsLong();
        int active =
                (int) carousels.values().stream().filter(c -> c.active(now)).count();
        long lagging = dropped
                + carousels.values().stream().mapToLong(BlobCarousel::dropped).sum();
        return new TransferStats(
                publishedChunks,
                publishedBytes,
                wants.get(),
                refused.get(),
                lagging,
                active,
                new HashMap<>(publishedByBlob),
                spent());
    }
}
