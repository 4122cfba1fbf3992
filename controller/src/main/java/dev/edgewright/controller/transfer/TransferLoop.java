package dev.edgewright.controller.transfer;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves chunks on a thread of its own until it is closed; a want wakes it up. */
public final class TransferLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TransferLoop.class);
    private static final long LONGEST_PAUSE_MS = 50;
    private static final long TOGETHER_MS = 5;

    private final LongSupplier step;
    private final Semaphore work = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "edgewright-transfer");

    /** @param step moves what is due and says after how many milliseconds it wants to be called again */
    public TransferLoop(LongSupplier step) {
        this.step = step;
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** There is something to do. Returns at once; any thread may call it. */
    public void wake() {
        work.release();
    }

    private void run() {
        try {
            while (true) {
                if (work.tryAcquire(pause(), TimeUnit.MILLISECONDS)) {
                    Thread.sleep(TOGETHER_MS); // wants of a wave come together and are taken together
                }
                work.drainPermits();
            }
        } catch (InterruptedException closing) {
            LOG.debug("transfer ends with the controller");
        }
    }

    private long pause() {
        try {
            return Math.min(step.getAsLong(), LONGEST_PAUSE_MS);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("transfer stumbled; it goes on");
            return LONGEST_PAUSE_MS;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
