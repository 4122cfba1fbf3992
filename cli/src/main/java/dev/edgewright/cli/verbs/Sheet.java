package dev.edgewright.cli.verbs;

import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Terminal.Style;

/** One thing described line by line: a name on the left, what is known on the right. */
final class Sheet {
    private final Terminal terminal;

    Sheet(Terminal terminal) {
        this.terminal = terminal;
    }

    void heading(String text) {
        terminal.out().println();
        terminal.out().println(terminal.styled(Style.HEADING, text));
    }

    void line(String name, String value) {
        terminal.out().println(terminal.styled(Style.FAINT, String.format("%-12s", name)) + " " + value);
    }

    void state(String name, String state, String more) {
        line(name, terminal.styled(Terminal.styleOf(state), state) + " " + more);
    }
}
