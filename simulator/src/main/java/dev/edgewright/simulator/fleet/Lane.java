package dev.edgewright.simulator.fleet;

import dev.edgewright.common.update.UpdateState;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that owns many devices: their messages and their clock ticks come one after the other, so no device needs a lock. */
final class Lane implements Executor {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final long TICK_MS = 20;

    private final ScheduledExecutorService thread;
    private final Clock clock;
    private final List<Seat> seats = new ArrayList<>();

    Lane(int number, Clock clock) {
        this.clock = clock;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "simulator-lane-" + number);
            made.setDaemon(true);
            return made;
        });
    }

    /** Before {@link #start} only. */
    void add(Seat seat) {
        seats.add(seat);
    }

    void start() {
        thread.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void execute(Runnable task) {
        try {
            thread.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("a message came after the end");
        }
    }

    /** Runs it on the lane after a while; forgotten at the end. */
    void later(long ms, Runnable task) {
        try {
            thread.schedule(() -> guarded(task), ms, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("something was due after the end");
        }
    }

    CompletableFuture<Statistics> statistics() {
        return CompletableFuture.supplyAsync(this::count, thread);
    }

    /** All devices say that they go, and go. */
    CompletableFuture<Void> closeSeats() {
        return CompletableFuture.supplyAsync(
                        () -> CompletableFuture.allOf(
                                seats.stream().map(Seat::close).toArray(CompletableFuture[]::new)),
                        thread)
                .thenCompose(all -> all);
    }

    void stop() {
        thread.shutdownNow();
    }

    private void tick() {
        long now = clock.millis();
        for (Seat seat : seats) {
            if (now >= seat.dueAtMs()) {
                guarded(() -> seat.tick(now));
            }
        }
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a virtual device failed by itself");
        }
    }

    private Statistics count() {
        int connected = 0;
        int silent = 0;
        long chunks = 0;
        long bytes = 0;
        long rejected = 0;
        Map<UpdateState, Integer> states = new EnumMap<>(UpdateState.class);
        for (Seat seat : seats) {
            connected += seat.device().isConnected() ? 1 : 0;
            silent += seat.device().isSilent() ? 1 : 0;
            chunks += seat.device().chunksTaken();
            bytes += seat.device().bytesTaken();
            rejected += seat.device().rejected();
            seat.device().eachState(state -> states.merge(state, 1, Integer::sum));
        }
        return new Statistics(seats.size(), connected, silent, states, chunks, bytes, 0, 0, rejected);
    }
}
