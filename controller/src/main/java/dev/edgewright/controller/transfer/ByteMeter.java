package dev.edgewright.controller.transfer;

/** What is left of a {@link ByteBudget}. Pure: time comes in as arguments. Not thread-safe. */
final class ByteMeter {

    private final ByteBudget budget;
    private double tokens;
    private long refilled;
    private long window = Long.MIN_VALUE;
    private long spent;
    private boolean full;

    /** @param now milliseconds of a clock that never goes back */
    ByteMeter(ByteBudget budget, long now) {
        this.budget = budget;
        this.refilled = now;
    }

    ByteBudget budget() {
        return budget;
    }

    /**
     * True when something may go out now.
     *
     * @param now milliseconds of a clock that never goes back
     * @param unixMillis by which windows begin
     */
    boolean open(long now, long unixMillis) {
        if (budget.bytesPerSecond() > 0) {
            double earned = (now - refilled) * budget.bytesPerSecond() / 1000.0;
            tokens = Math.min(budget.bytesPerSecond(), tokens + earned);
        }
        refilled = now;
        long current = Math.floorDiv(unixMillis, budget.window().toMillis());
        if (current != window) {
            window = current;
            spent = 0;
            full = false;
        }
        return !full && (budget.bytesPerSecond() == 0 || tokens > 0);
    }

    /** True when so many bytes still fit into the window. One that does not closes the meter until the next. */
    boolean fits(int bytes) {
        if (budget.bytesPerWindow() > 0 && spent + bytes > budget.bytesPerWindow()) {
            full = true;
        }
        return !full;
    }

    void spend(int bytes) {
        spent += bytes;
        tokens -= bytes;
    }

    /** The window has no room left. */
    boolean full() {
        return full;
    }

    /** Bytes of this window so far. */
    long spent() {
        return spent;
    }
}
