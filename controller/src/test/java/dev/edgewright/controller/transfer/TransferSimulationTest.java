package dev.edgewright.controller.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Want;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** A room full of receivers with links of their own, in simulated time. */
class TransferSimulationTest {

    private static final Digest BLOB = Digest.of(new byte[] {7});
    private static final int CHUNK_BYTES = 100;

    private record Event(long at, long order, Runnable action) {}

    /** The world: a clock, a queue of what happens, and the transfer under test. */
    private static final class World {
        private final PriorityQueue<Event> queue = new PriorityQueue<>(
                java.util.Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
        private final Map<DeviceId, Receiver> receivers = new HashMap<>();
        private final Random random;
        private final int chunks;
        private final GatheringTransfer transfer;
        private long now;
        private long order;
        private boolean linkDown;

        World(int chunks, long seed) {
            this.chunks = chunks;
            this.random = new Random(seed);
            this.transfer = new GatheringTransfer(
                    new ChunkSource() {
                        @Override
                        public OptionalInt chunks(Digest blob) {
                            return blob.equals(BLOB) ? OptionalInt.of(chunks) : OptionalInt.empty();
                        }

                        @Override
                        public byte[] chunk(Digest blob, int index) {
                            return new byte[CHUNK_BYTES];
                        }
                    },
                    (blob, index, frame) -> {
                        if (linkDown) {
                            return false;
                        }
                        receivers.values().forEach(r -> r.onPublished(index));
                        return true;
                    },
                    TransferTiming.DEFAULT,
                    ByteBudget.NONE,
                    Budgets.NONE,
                    () -> now,
                    () -> now);
        }

        void after(long delay, Runnable action) {
            queue.add(new Event(now + delay, order++, action));
        }

        /** Runs until everybody is done or the time is over; the transfer ticks every 20 ms, as its owner does. */
        void run(long until) {
            tick();
            while (!queue.isEmpty() && now < until && !allDone()) {
                var event = queue.poll();
                now = event.at();
                event.action().run();
            }
        }

        private void tick() {
            transfer.tick();
            after(20, this::tick);
        }

        boolean allDone() {
            return receivers.values().stream().allMatch(r -> r.missing.isEmpty());
        }

        double overhead() {
            return (double) transfer.stats().publishedChunks() / chunks;
        }
    }

    private static final class Receiver {
        private final World world;
        private final DeviceId id;
        private final double loss;
        private final long latency;
        private final ChunkBitmap missing;
        private int window = 16;
        private boolean subscribed;
        private int sinceWant;
        private long lastChunk;

        Receiver(World world, String id, double loss, long latency) {
            this.world = world;
            this.id = DeviceId.of(id);
            this.loss = loss;
            this.latency = latency;
            this.missing = ChunkBitmap.all(world.chunks);
            world.receivers.put(this.id, this);
        }

        void startsAt(long at) {
            world.after(at, () -> {
                subscribed = true;
                ask();
                watch();
            });
        }

        private void ask() {
            sinceWant = 0;
            lastChunk = world.now;
            var want = Want.newBuilder()
                    .setDeviceId(id.value())
                    .setDigest(BLOB.toByteString())
                    .setChunks(world.chunks)
                    .setMissing(missing.toByteString())
                    .setWindow(window)
                    .build();
            world.after(latency, () -> world.transfer.onWant(id, want));
        }

        /** After two seconds without a chunk it asks again. */
        private void watch() {
            world.after(500, () -> {
                if (!missing.isEmpty()) {
                    if (world.now - lastChunk >= 2000) {
                        ask();
                    }
                    watch();
                }
            });
        }

        private void onPublished(int chunk) {
            if (!subscribed || world.random.nextDouble() < loss) {
                return;
            }
            world.after(latency, () -> {
                lastChunk = world.now;
                if (missing.isSet(chunk)) {
                    missing.clear(chunk);
                    sinceWant++;
                }
                if (!missing.isEmpty() && sinceWant >= window / 2) {
                    ask();
                }
            });
        }
    }

    @Test
    void fifty_receivers_that_start_within_a_second_cost_at_most_a_fifth_more_than_the_blob() {
        for (int chunks : new int[] {16, 200, 1400}) {
            for (long seed = 1; seed <= 5; seed++) {
                var world = new World(chunks, seed);
                for (int i = 0; i < 50; i++) {
                    new Receiver(world, "d" + i, 0, 5 + world.random.nextInt(40)).startsAt(world.random.nextInt(1000));
                }
                world.run(600_000);
                assertThat(world.allDone()).isTrue();
                assertThat(world.overhead())
                        .as("%d chunks, seed %d", chunks, seed)
                        .isLessThanOrEqualTo(1.2);
            }
        }
    }

    @Property(tries = 60)
    void everybody_completes_whatever_is_lost(
            @ForAll @IntRange(min = 1, max = 12) int receivers,
            @ForAll @IntRange(min = 1, max = 120) int chunks,
            @ForAll @IntRange(max = 30) int lossPercent,
            @ForAll @IntRange(max = 20_000) int spread,
            @ForAll long seed) {
        var world = new World(chunks, seed);
        for (int i = 0; i < receivers; i++) {
            new Receiver(world, "d" + i, lossPercent / 100.0, 1 + world.random.nextInt(300))
                    .startsAt(world.random.nextInt(spread + 1));
        }
        world.run(3_600_000);
        assertThat(world.allDone()).isTrue();
    }

    @Test
    void when_all_who_were_told_have_asked_nobody_else_is_waited_for() {
        long[] begun = new long[2];
        for (int told = 0; told < 2; told++) {
            var world = new World(16, 5);
            for (int i = 0; i < 50; i++) {
                new Receiver(world, "d" + i, 0, 5).startsAt(world.random.nextInt(100));
                if (told == 1) {
                    world.transfer.expect(DeviceId.of("d" + i), List.of(BLOB));
                }
            }
            while (world.transfer.stats().publishedChunks() == 0) {
                world.run(world.now + 10);
            }
            begun[told] = world.now;
            world.run(60_000);
            assertThat(world.allDone()).isTrue();
            assertThat(world.overhead()).isEqualTo(1.0);
        }
        assertThat(begun[0]).isGreaterThanOrEqualTo(begun[1] + 150);
    }

    @Test
    void one_who_was_told_and_never_asks_costs_no_more_than_the_usual_gathering() {
        var world = new World(16, 6);
        new Receiver(world, "d1", 0, 5).startsAt(0);
        world.transfer.expect(DeviceId.of("d1"), List.of(BLOB));
        world.transfer.expect(DeviceId.of("has-it-already"), List.of(BLOB));
        world.run(1_000);
        assertThat(world.allDone()).isTrue();
    }

    @Test
    void a_receiver_that_stops_answering_holds_nobody_back_for_long() {
        var world = new World(400, 3);
        for (int i = 0; i < 9; i++) {
            new Receiver(world, "d" + i, 0, 10).startsAt(0);
        }
        var dead = new Receiver(world, "dead", 1, 10);
        dead.startsAt(0);
        world.run(20_000);
        var left = new HashSet<String>();
        world.receivers.forEach((id, r) -> {
            if (!r.missing.isEmpty()) {
                left.add(id.value());
            }
        });
        assertThat(left).containsExactly("dead");
    }

    @Test
    void a_receiver_that_asks_for_one_chunk_at_a_time_over_a_long_way_does_not_make_all_others_as_slow() {
        var world = new World(200, 8);
        for (int i = 0; i < 9; i++) {
            new Receiver(world, "d" + i, 0, 10).startsAt(0);
        }
        var small = new Receiver(world, "small", 0, 400);
        small.window = 1;
        small.startsAt(0);
        world.run(20_000);
        world.receivers.forEach((id, r) -> {
            if (r != small) {
                assertThat(r.missing.isEmpty()).as(id.value()).isTrue();
            }
        });
        world.run(600_000);
        assertThat(world.allDone()).isTrue();
        assertThat(world.overhead()).isLessThanOrEqualTo(1.2);
    }

    @Test
    void a_link_that_takes_nothing_loses_nothing() {
        var world = new World(50, 4);
        new Receiver(world, "d1", 0, 10).startsAt(0);
        world.linkDown = true;
        world.after(5_000, () -> world.linkDown = false);
        world.run(60_000);
        assertThat(world.allDone()).isTrue();
        assertThat(world.overhead()).isEqualTo(1.0);
    }

    @Test
    void impossible_wants_are_counted_and_dropped() {
        var world = new World(10, 1);
        List<Want> bad = new ArrayList<>();
        bad.add(Want.getDefaultInstance());
        bad.add(Want.newBuilder()
                .setDigest(Digest.of(new byte[] {9}).toByteString())
                .setChunks(1)
                .build());
        bad.add(Want.newBuilder()
                .setDigest(BLOB.toByteString())
                .setChunks(11)
                .setMissing(ChunkBitmap.all(11).toByteString())
                .build());
        bad.add(Want.newBuilder().setDigest(BLOB.toByteString()).setChunks(10).build());
        bad.forEach(w -> world.transfer.onWant(DeviceId.of("d"), w));
        world.transfer.tick();
        assertThat(world.transfer.stats().refusedWants()).isEqualTo(4);
        assertThat(world.transfer.stats().publishedChunks()).isZero();
        assertThat(Set.of(world.transfer.stats().activeBlobs())).containsExactly(0);
    }
}
