package dev.edgewright.agent;

import dev.edgewright.agent.update.Time;

/** The machine's clocks. */
final class SystemTime implements Time {

    @Override
    public long unixMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public long monotonicMillis() {
        return System.nanoTime() / 1_000_000;
    }
}
