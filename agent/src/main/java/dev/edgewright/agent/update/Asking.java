package dev.edgewright.agent.update;

import java.util.random.RandomGenerator;

/**
 * Decides when to ask for chunks again: when half of the window has arrived, or after a silence that doubles each time.
 * Up to a quarter is added at random, so that a wave of devices does not ask in one moment.
 */
final class Asking {

    private static final long FIRST_PAUSE_MS = 100;

    private final UpdateSettings settings;
    private final RandomGenerator random;
    private int arrived;
    private int silences;
    private long dueAt = Long.MIN_VALUE;

    Asking(UpdateSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
    }

    boolean due(long nowMs) {
        return nowMs >= dueAt;
    }

    /** The next question is due at once: another blob, or a new connection. */
    void now() {
        dueAt = Long.MIN_VALUE;
        silences = 0;
    }

    void asked(long nowMs) {
        arrived = 0;
        setDue(nowMs);
        silences++;
    }

    /** A chunk came that was missing. */
    void arrived(long nowMs) {
        arrived++;
        silences = 0;
        if (arrived >= Math.max(1, settings.window() / 2)) {
            now();
        } else {
            setDue(nowMs);
        }
    }

    /** A chunk came damaged, for the n-th time: soon, but never in a hurry that a broken sender could keep up. */
    void damaged(int times, long nowMs) {
        long pause = FIRST_PAUSE_MS << Math.min(times - 1, 7);
        dueAt = nowMs + pause + random.nextLong(pause / 4 + 1);
    }

    private void setDue(long nowMs) {
        long silence = Math.min(
                settings.longestSilence().toMillis(), settings.silence().toMillis() << Math.min(silences, 20));
        dueAt = nowMs + silence + random.nextLong(silence / 4 + 1);
    }
}
