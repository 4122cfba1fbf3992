package dev.edgewright.agent.fakes;

import dev.edgewright.agent.update.Time;
import java.time.Duration;

/** A clock that goes on when told. */
public final class ManualTime implements Time {

    private long now = 1_700_000_000_000L;

    public void pass(Duration time) {
        now += time.toMillis();
    }

    @Override
    public long unixMillis() {
        return now;
    }

    @Override
    public long monotonicMillis() {
        return now - 1_600_000_000_000L;
    }
}
