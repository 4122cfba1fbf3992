package dev.edgewright.controller.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Want;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** No more bytes leave than the budgets say, by a clock that is moved by hand. */
class ByteBudgetTest {

    private static final int CHUNK = 50_000;
    private static final int CHUNKS = 40;
    private static final Digest A = Digest.of(new byte[] {1});
    private static final Digest B = Digest.of(new byte[] {2});

    private long now = 3_600_000L * 24 * 1000;
    private final List<Digest> sent = new ArrayList<>();

    private GatheringTransfer transfer(ByteBudget all, Budgets budgets) {
        return new GatheringTransfer(
                new ChunkSource() {
                    @Override
                    public OptionalInt chunks(Digest blob) {
                        return OptionalInt.of(CHUNKS);
                    }

                    @Override
                    public byte[] chunk(Digest blob, int index) {
                        return new byte[CHUNK];
                    }
                },
                (blob, index, frame) -> sent.add(blob),
                TransferTiming.DEFAULT,
                all,
                budgets,
                () -> now,
                () -> now);
    }

    private static void wants(GatheringTransfer transfer, Digest blob) {
        transfer.onWant(
                DeviceId.of("cam-1"),
                Want.newBuilder()
                        .setDeviceId("cam-1")
                        .setDigest(blob.toByteString())
                        .setChunks(CHUNKS)
                        .setMissing(ChunkBitmap.all(CHUNKS).toByteString())
                        .setWindow(CHUNKS)
                        .build());
    }

    /** Ticks every 20 ms, as its owner does; the device asks again every few seconds. */
    private void passes(GatheringTransfer transfer, Duration time, Digest... blobs) {
        long until = now + time.toMillis();
        for (; now < until; now += 20) {
            if (now % 5000 == 0) {
                for (Digest blob : blobs) {
                    wants(transfer, blob);
                }
            }
            transfer.tick();
        }
    }

    @Test
    void bytes_per_second_hold_over_every_second() {
        var transfer = transfer(ByteBudget.perSecond(100_000), Budgets.NONE);
        int before = 0;
        for (int second = 0; second < 10; second++) {
            passes(transfer, Duration.ofSeconds(1), A);
            int bytes = (sent.size() - before) * CHUNK;
            before = sent.size();
            assertThat(bytes).isLessThanOrEqualTo(100_000 + CHUNK);
        }
        assertThat(sent.size() * (long) CHUNK).isBetween(850_000L, 1_050_000L);
    }

    @Test
    void a_window_lets_so_many_bytes_through_and_the_next_begins_anew() {
        var transfer = transfer(new ByteBudget(0, 500_000, Duration.ofHours(1)), Budgets.NONE);
        passes(transfer, Duration.ofMinutes(1), A);
        assertThat(sent).hasSize(10);
        assertThat(transfer.held("anything")).isTrue();
        assertThat(transfer.stats().budgets().get("all")).isEqualTo(new TransferStats.Spent(500_000, 500_000, true));
        now = 3_600_000L * (24 * 1000 + 1);
        passes(transfer, Duration.ofMinutes(1), A);
        assertThat(sent).hasSize(20);
        now += 3_600_000;
        transfer.tick();
        assertThat(transfer.held("anything")).isFalse();
    }

    @Test
    void a_budget_of_one_rollout_does_not_hold_back_another() {
        var own = new Budgets.Scope("ro-1", new ByteBudget(0, 400_000, Duration.ofDays(1)));
        var transfer = transfer(ByteBudget.NONE, blob -> blob.equals(A) ? Optional.of(own) : Optional.empty());
        passes(transfer, Duration.ofSeconds(20), A, B);
        assertThat(sent.stream().filter(A::equals).count()).isEqualTo(8);
        assertThat(sent.stream().filter(B::equals).count()).isGreaterThanOrEqualTo(CHUNKS);
        assertThat(transfer.held("ro-1")).isTrue();
        assertThat(transfer.held("ro-2")).isFalse();
    }

    @Test
    void blobs_of_one_rollout_share_its_budget() {
        var own = new Budgets.Scope("ro-1", new ByteBudget(0, 400_000, Duration.ofDays(1)));
        var transfer = transfer(ByteBudget.NONE, blob -> Optional.of(own));
        passes(transfer, Duration.ofSeconds(20), A, B);
        assertThat(sent).hasSize(8);
    }

    @Test
    void budgets_that_cannot_be_are_refused() {
        assertThatThrownBy(() -> new ByteBudget(-1, 0, Duration.ofDays(1))).hasMessageContaining("not be negative");
        assertThatThrownBy(() -> new ByteBudget(0, 1000, Duration.ofDays(1)))
                .hasMessageContaining("never let a whole chunk pass")
                .hasMessageContaining("307200");
        assertThatThrownBy(() -> new ByteBudget(0, 0, Duration.ZERO)).hasMessageContaining("from 1 second");
    }
}
