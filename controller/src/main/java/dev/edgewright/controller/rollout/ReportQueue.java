package dev.edgewright.controller.rollout;

import dev.edgewright.common.id.DeviceId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Devices that said something and were not looked at yet. However often a device speaks, it is in here once; at most one task runs or
 * waits at the runner.
 */
final class ReportQueue {

    private static final Logger LOG = LoggerFactory.getLogger(ReportQueue.class);

    private final Executor runner;
    private final Consumer<List<DeviceId>> taker;
    private final Set<DeviceId> dirty = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean awake = new AtomicBoolean();

    /**
     * @param runner runs the taker
     * @param taker looks at what these devices say by now
     */
    ReportQueue(Executor runner, Consumer<List<DeviceId>> taker) {
        this.runner = runner;
        this.taker = taker;
    }

    /** Safe on any thread; returns at once, unless the runner is the caller's own thread. */
    void add(DeviceId device) {
        dirty.add(device);
        wake();
    }

    private void wake() {
        if (awake.compareAndSet(false, true)) {
            runner.execute(this::drain);
        }
    }

    private void drain() {
        try {
            while (!dirty.isEmpty()) {
                var devices = List.copyOf(dirty);
                dirty.removeAll(devices);
                taker.accept(devices);
            }
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("reports could not be taken; the next tick looks at them again");
        } finally {
            awake.set(false);
        }
        if (!dirty.isEmpty()) {
            wake();
        }
    }
}
