package dev.edgewright.agent.update;

import dev.edgewright.agent.link.LinkListener;
import dev.edgewright.common.id.Digest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that an {@link UpdateEngine} lives on, and its mailbox.
 *
 * <p>Chunks that arrive faster than the disk takes them are dropped beyond 32 MiB and asked for again later; everything
 * else is small and never dropped.
 */
public final class UpdateService implements LinkListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UpdateService.class);
    private static final long MAX_WAITING_BYTES = 32L << 20;
    private static final Duration TICK = Duration.ofMillis(100);

    private final UpdateEngine engine;
    private final Consumer<UpdateEngine> onConnected;
    private final Consumer<Map<String, String>> onStates;
    private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong droppedChunks = new AtomicLong();
    private final Thread thread = new Thread(this::run, "update");
    private volatile boolean closing;

    /**
     * @param onConnected called on the update thread at each new connection, before the first report
     * @param onStates gets the state of every model by name, after everything that may have changed one
     */
    public UpdateService(
            UpdateEngine engine, Consumer<UpdateEngine> onConnected, Consumer<Map<String, String>> onStates) {
        this.engine = engine;
        this.onConnected = onConnected;
        this.onStates = onStates;
    }

    /** Serves what served before, on the caller's thread, then goes on by itself. */
    public void start() {
        engine.start();
        onStates.accept(states());
        thread.start();
    }

    @Override
    public void connected() {
        mailbox.add(() -> {
            onConnected.accept(engine);
            engine.connected();
        });
    }

    @Override
    public void disconnected(String why) {
        LOG.atWarn().log("disconnected: {}", why);
    }

    @Override
    public void desired(byte[] signed) {
        mailbox.add(() -> engine.desired(signed));
    }

    @Override
    public void chunk(Digest blob, int index, byte[] frame) {
        if (waitingBytes.addAndGet(frame.length) > MAX_WAITING_BYTES) {
            waitingBytes.addAndGet(-frame.length);
            droppedChunks.incrementAndGet();
            return;
        }
        mailbox.add(() -> {
            waitingBytes.addAndGet(-frame.length);
            engine.chunk(blob, index, frame);
        });
    }

    @Override
    public void refused(String code, String detail) {
        mailbox.add(() -> engine.refused(code, detail));
    }

    /** Runs on the update thread, soon. */
    public void ask(Consumer<UpdateEngine> question) {
        mailbox.add(() -> question.accept(engine));
    }

    /** Chunks that there was no room for. */
    public long droppedChunks() {
        return droppedChunks.get();
    }

    /** Ends the thread after the work at hand; the next start is then no crash. */
    @Override
    public void close() {
        closing = true;
        mailbox.add(() -> {});
        try {
            thread.join(TimeUnit.SECONDS.toMillis(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<String, String> states() {
        return engine.records().stream()
                .collect(Collectors.toMap(
                        record -> record.model().value(),
                        record -> record.state().name()));
    }

    private void run() {
        while (!closing) {
            try {
                Runnable next = mailbox.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
                if (next == null) {
                    engine.tick();
                } else {
                    next.run();
                }
                onStates.accept(states());
            } catch (InterruptedException e) {
                break;
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("update thread goes on after an unexpected failure");
            }
        }
        engine.stop();
    }
}
