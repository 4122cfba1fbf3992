package dev.edgewright.agent.inference;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Knows when requests run, and makes work beside them give way: the first operator boundary after a request came ends the guest's run
 * ({@code RunOptions.setTerminate}). A request pays two counters for it.
 */
final class QuietTime {

    private final LongSupplier nanoTime;
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicLong arrivals = new AtomicLong();
    private volatile long lastLeft;
    private volatile boolean guest;
    private OrtSession.RunOptions guestOptions;

    QuietTime(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lastLeft = nanoTime.getAsLong();
    }

    /** A request begins. */
    void enter() {
        inside.incrementAndGet();
        arrivals.incrementAndGet();
        if (guest) {
            sendAway();
        }
    }

    /** A request ended. */
    void leave() {
        lastLeft = nanoTime.getAsLong();
        inside.decrementAndGet();
    }

    /** Requests since the start. */
    long arrivals() {
        return arrivals.get();
    }

    /** Whether no request runs and none ended within {@code nanos}. */
    boolean lastedFor(long nanos) {
        return inside.get() == 0 && nanoTime.getAsLong() - lastLeft >= nanos;
    }

    /** From now on a request ends the run with these options. */
    synchronized void takeIn(OrtSession.RunOptions options) throws OrtException {
        options.setTerminate(false);
        guestOptions = options;
        guest = true;
        if (inside.get() > 0) {
            sendAway();
        }
    }

    /** As {@link #takeIn}, unless another guest is here. */
    synchronized boolean tryTakeIn(OrtSession.RunOptions options) throws OrtException {
        if (guest) {
            return false;
        }
        takeIn(options);
        return true;
    }

    synchronized void letGo() {
        guest = false;
        guestOptions = null;
    }

    private synchronized void sendAway() {
        if (guestOptions == null) {
            return;
        }
        try {
            guestOptions.setTerminate(true);
        } catch (OrtException e) {
            // The run goes to its end; nothing of it is used.
            guestOptions = null;
        }
    }
}
