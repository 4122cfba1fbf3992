package dev.edgewright.cli.output;

import java.util.List;

/**
 * A block of lines that is drawn over itself on a terminal. Elsewhere (a file, a pipe) a block is not shown; only
 * {@link #note} lines are, so that a log stays readable.
 */
public final class LiveView implements AutoCloseable {
    private static final String UP = "\u001b[%dA";
    private static final String CLEAR_LINE = "\u001b[2K";
    private static final String CLEAR_BELOW = "\u001b[J";

    private final Terminal terminal;
    private List<String> shown = List.of();

    public LiveView(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Replaces the block. */
    public synchronized void show(List<String> lines) {
        if (!terminal.interactive()) {
            return;
        }
        StringBuilder text = new StringBuilder(top());
        lines.forEach(line -> text.append(CLEAR_LINE).append(line).append('\n'));
        text.append(CLEAR_BELOW);
        terminal.out().print(text);
        terminal.out().flush();
        shown = List.copyOf(lines);
    }

    /** A line that stays, above the block. */
    public synchronized void note(String line) {
        List<String> block = shown;
        if (terminal.interactive()) {
            terminal.out().print(top() + CLEAR_BELOW);
            shown = List.of();
        }
        terminal.out().println(line);
        show(block);
    }

    /** Leaves the block as it stands; what is printed next follows below. */
    @Override
    public synchronized void close() {
        shown = List.of();
    }

    private String top() {
        return shown.isEmpty() ? "" : String.format(UP, shown.size()) + "\r";
    }
}
