package dev.edgewright.controller.transfer;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.protocol.Limits;
import java.time.Duration;

/**
 * How many compressed bytes of chunks may be published. Chunks reach every device that lacks them with one publish, so this is what leaves the
 * controller, not the sum of what arrives.
 *
 * @param bytesPerSecond 0 for no bound
 * @param bytesPerWindow 0 for no bound
 * @param window windows follow each other without a gap, counted from 1970 UTC: of a day they begin at midnight UTC
 */
public record ByteBudget(long bytesPerSecond, long bytesPerWindow, Duration window) {

    /** The largest frame of a chunk. */
    public static final long LEAST_WINDOW = Limits.CHUNK_FRAME_BYTES;

    public static final ByteBudget NONE = new ByteBudget(0, 0, Duration.ofDays(1));

    public ByteBudget {
        if (bytesPerSecond < 0 || bytesPerWindow < 0) {
            throw EdgewrightException.caller("BUDGET_INVALID", "a budget of bytes must not be negative");
        }
        if (bytesPerWindow > 0 && bytesPerWindow < LEAST_WINDOW) {
            throw EdgewrightException.caller(
                    "BUDGET_INVALID",
                    "bytesPerWindow of " + bytesPerWindow + " would never let a whole chunk pass; at least "
                            + LEAST_WINDOW + " are needed");
        }
        if (window.compareTo(Duration.ofSeconds(1)) < 0 || window.compareTo(Duration.ofDays(366)) > 0) {
            throw EdgewrightException.caller(
                    "BUDGET_INVALID",
                    "the window of a budget must be from 1 second to 366 days: " + window.toSeconds());
        }
    }

    public static ByteBudget perSecond(long bytes) {
        return new ByteBudget(bytes, 0, NONE.window);
    }

    public boolean none() {
        return bytesPerSecond == 0 && bytesPerWindow == 0;
    }
}
