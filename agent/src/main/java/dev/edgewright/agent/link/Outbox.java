package dev.edgewright.agent.link;

import dev.edgewright.common.protocol.MessageKind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits to be sent. State (hello, report, want of a blob) is kept once, the newest; telemetry windows are kept in order,
 * the oldest dropped beyond {@link #MAX_WINDOWS}. Thread-safe; one thread takes.
 */
public final class Outbox {

    /** Ten minutes of windows of five seconds. */
    public static final int MAX_WINDOWS = 120;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Outgoing> states = new LinkedHashMap<>();
    private final Deque<Outgoing> windows = new ArrayDeque<>();
    private long droppedWindows;

    public void put(Outgoing message) {
        lock.lock();
        try {
            if (message.kind() == MessageKind.TELEMETRY) {
                if (windows.size() == MAX_WINDOWS) {
                    windows.removeFirst();
                    droppedWindows++;
                }
                windows.addLast(message);
            } else {
                states.remove(id(message));
                states.put(id(message), message);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Puts back what could not be sent, unless something newer has taken its place. */
    public void giveBack(Outgoing message) {
        lock.lock();
        try {
            if (message.kind() == MessageKind.TELEMETRY) {
                if (windows.size() < MAX_WINDOWS) {
                    windows.addFirst(message);
                }
            } else {
                states.putIfAbsent(id(message), message);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What is asked for no more is not sent. */
    public void drop(MessageKind kind, String key) {
        lock.lock();
        try {
            states.remove(kind.name() + '/' + key);
        } finally {
            lock.unlock();
        }
    }

    /** The next message, states before telemetry; empty when none came in time or {@link #wake} was called. */
    public Optional<Outgoing> take(Duration wait) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (states.isEmpty() && windows.isEmpty()) {
                changed.await(wait.toMillis(), TimeUnit.MILLISECONDS);
            }
            if (!states.isEmpty()) {
                return Optional.of(states.remove(states.keySet().iterator().next()));
            }
            return Optional.ofNullable(windows.pollFirst());
        } finally {
            lock.unlock();
        }
    }

    /** Lets {@link #take} return now. */
    public void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Telemetry windows lost because there was no connection for long. */
    public long droppedWindows() {
        lock.lock();
        try {
            return droppedWindows;
        } finally {
            lock.unlock();
        }
    }

    private static String id(Outgoing message) {
        return message.kind().name() + '/' + message.key();
    }
}
