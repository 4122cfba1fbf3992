package dev.edgewright.cli.local;

import dev.edgewright.cli.output.ProgressBar;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Words;
import java.time.Duration;

/** One line about a compression that runs: how far it is, what it does, and the time that is left. */
final class CompressProgress {

    private static final int WIDTH = 30;
    private static final double ENOUGH = 0.1;

    private final Terminal terminal;
    private final boolean search;
    private final Duration budget;
    private final long start = System.nanoTime();

    /** @param search whether it is a search, whose time left is what the budget leaves at most */
    CompressProgress(Terminal terminal, boolean search, Duration budget) {
        this.terminal = terminal;
        this.search = search;
        this.budget = budget;
    }

    String line(String stage, String candidate, double fraction) {
        return line(stage, candidate, fraction, Duration.ofNanos(System.nanoTime() - start));
    }

    String line(String stage, String candidate, double fraction, Duration elapsed) {
        return ProgressBar.of(terminal, fraction, 1, WIDTH) + " " + candidate + ": " + stage + left(fraction, elapsed);
    }

    private String left(double fraction, Duration elapsed) {
        if (search) {
            Duration left = budget.minus(elapsed);
            return left.isNegative() ? "" : ", at most " + Words.duration(left) + " left";
        }
        if (fraction < ENOUGH || fraction >= 1) {
            return "";
        }
        double seconds = elapsed.toMillis() / 1000.0 * (1 - fraction) / fraction;
        return ", about " + Words.duration(Duration.ofMillis(Math.round(1000 * seconds))) + " left";
    }
}
