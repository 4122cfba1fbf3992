package dev.edgewright.agent.trial;

import dev.edgewright.agent.link.LinkListener;
import dev.edgewright.common.id.Digest;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that a {@link TrialEngine} lives on, and its mailbox. A new trial state ends a measurement under way. */
public final class TrialService implements LinkListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrialService.class);
    private static final long MAX_WAITING_BYTES = 8L << 20;
    private static final Duration TICK = Duration.ofMillis(200);

    private final TrialEngine engine;
    private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong states = new AtomicLong();
    private final Thread thread = new Thread(this::run, "trial");
    private volatile boolean closing;

    /** @param engine made with the question whether a measurement may go on */
    public TrialService(Function<BooleanSupplier, TrialEngine> engine) {
        this.engine = engine.apply(() -> !closing && states.get() == 0);
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
    }

    public void start() {
        engine.start();
        thread.start();
    }

    public TrialEngine engine() {
        return engine;
    }

    @Override
    public void connected() {
        mailbox.add(engine::connected);
    }

    @Override
    public void disconnected(String why) {
        LOG.debug("trials go on without a connection");
    }

    @Override
    public void desired(byte[] signed) {
        // The business of updates.
    }

    @Override
    public void trial(byte[] signed) {
        states.incrementAndGet();
        mailbox.add(() -> {
            states.decrementAndGet();
            engine.trial(signed);
        });
    }

    @Override
    public void chunk(Digest blob, int index, byte[] frame) {
        if (waitingBytes.addAndGet(frame.length) > MAX_WAITING_BYTES) {
            waitingBytes.addAndGet(-frame.length);
            return;
        }
        mailbox.add(() -> {
            waitingBytes.addAndGet(-frame.length);
            engine.chunk(blob, index, frame);
        });
    }

    @Override
    public void refused(String code, String detail) {
        // Counted by updates.
    }

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

    private void run() {
        while (!closing) {
            try {
                Runnable next = mailbox.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
                while (next != null) {
                    next.run();
                    next = mailbox.poll();
                }
                engine.tick();
            } catch (InterruptedException e) {
                break;
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("trials go on after an unexpected failure");
            }
        }
        engine.stop();
    }
}
