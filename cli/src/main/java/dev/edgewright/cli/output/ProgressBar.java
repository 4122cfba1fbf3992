package dev.edgewright.cli.output;

import dev.edgewright.cli.output.Terminal.Style;

/** A bar of fixed width with eighths of a cell: {@code ████▌     }; ASCII where colours are off. */
public final class ProgressBar {
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    private ProgressBar() {}

    /** The bar for {@code done} of {@code total}; a total of zero is an empty bar. */
    public static String of(Terminal terminal, double done, double total, int width) {
        double ratio = total <= 0 ? 0 : Math.max(0, Math.min(1, done / total));
        if (!terminal.interactive()) {
            int full = (int) (ratio * width);
            return "[" + "#".repeat(full) + ".".repeat(width - full) + "]";
        }
        int eighths = (int) Math.round(ratio * width * 8);
        StringBuilder bar = new StringBuilder("█".repeat(eighths / 8));
        if (eighths % 8 > 0) {
            bar.append(EIGHTHS.charAt(eighths % 8));
        }
        String rest = "░".repeat(width - bar.length());
        return terminal.styled(ratio >= 1 ? Style.GOOD : Style.BUSY, bar.toString())
                + terminal.styled(Style.FAINT, rest);
    }
}
