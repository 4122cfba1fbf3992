package dev.edgewright.cli.output;

import dev.edgewright.cli.output.Terminal.Style;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * An aligned table without borders, as kubectl prints them: headings in capitals, two spaces between columns, numbers to
 * the right. Widths count code points of the plain text, so colours do not move columns.
 */
public final class Table {
    private static final String GAP = "  ";

    private final List<String> headings;
    private final List<List<Cell>> rows = new ArrayList<>();

    private Table(List<String> headings) {
        this.headings = headings;
    }

    /** A table with these headings; each row has as many cells. */
    public static Table of(String... headings) {
        return new Table(
                Arrays.stream(headings).map(h -> h.toUpperCase(Locale.ROOT)).toList());
    }

    /** One cell: plain text, with a style and a side. */
    public record Cell(String text, Style style, boolean right) {
        public static Cell text(String text) {
            return new Cell(text, null, false);
        }

        public static Cell number(String text) {
            return new Cell(text, null, true);
        }

        /** A state's name in its own colour. */
        public static Cell state(String state) {
            return new Cell(state, Terminal.styleOf(state), false);
        }

        public static Cell styled(Style style, String text) {
            return new Cell(text, style, false);
        }
    }

    /** Adds a row; {@code String}s are text cells. */
    public Table row(Object... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException(cells.length + " cells under " + headings.size() + " headings");
        }
        rows.add(Arrays.stream(cells)
                .map(c -> c instanceof Cell cell ? cell : Cell.text(String.valueOf(c)))
                .toList());
        return this;
    }

    public int rows() {
        return rows.size();
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The lines of the table; the last column is cut where the terminal is interactive and too narrow. */
    public List<String> lines(Terminal terminal) {
        int[] widths = widths();
        List<String> lines = new ArrayList<>();
        lines.add(line(
                terminal,
                headings.stream().map(h -> Cell.styled(Style.HEADING, h)).toList(),
                widths));
        rows.forEach(row -> lines.add(line(terminal, row, widths)));
        return lines;
    }

    /** Prints it to standard output. */
    public void print(Terminal terminal) {
        lines(terminal).forEach(terminal.out()::println);
    }

    private int[] widths() {
        int[] widths = new int[headings.size()];
        for (int c = 0; c < widths.length; c++) {
            widths[c] = length(headings.get(c));
            for (List<Cell> row : rows) {
                widths[c] = Math.max(widths[c], length(row.get(c).text()));
            }
        }
        return widths;
    }

    private String line(Terminal terminal, List<Cell> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        int used = 0;
        for (int c = 0; c < cells.size(); c++) {
            Cell cell = cells.get(c);
            boolean last = c == cells.size() - 1;
            String text = last ? fit(terminal, cell.text(), used) : cell.text();
            String padding = " ".repeat(Math.max(0, widths[c] - length(text)));
            String shown = cell.style() == null ? text : terminal.styled(cell.style(), text);
            boolean right = cell.right() || (cell.style() == Style.HEADING && isNumeric(c));
            line.append(right ? padding + shown : last ? shown : shown + padding);
            if (!last) {
                line.append(GAP);
            }
            used += widths[c] + GAP.length();
        }
        return line.toString().stripTrailing();
    }

    /** A heading stands over its numbers: on the right where the column's cells do. */
    private boolean isNumeric(int column) {
        return !rows.isEmpty() && rows.stream().allMatch(r -> r.get(column).right());
    }

    private static String fit(Terminal terminal, String text, int used) {
        int room = terminal.columns() - used;
        if (!terminal.interactive() || length(text) <= room || room < 12) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, room - 1)) + "…";
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
