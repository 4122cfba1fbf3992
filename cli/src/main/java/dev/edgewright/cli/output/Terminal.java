package dev.edgewright.cli.output;

import java.io.PrintWriter;
import java.util.Map;

/**
 * Where the output goes, and what may be done there.
 *
 * @param out standard output: what was asked for
 * @param err standard error: progress, warnings, errors
 * @param interactive whether a person looks at it: lines may be redrawn
 * @param colour whether colours may be used (a terminal, and {@code NO_COLOR} is not set, see no-color.org)
 * @param columns width of a line in characters
 */
public record Terminal(PrintWriter out, PrintWriter err, boolean interactive, boolean colour, int columns) {

    /** The terminal of this process. The launcher says in system properties whether it is one, and how wide. */
    public static Terminal system(Map<String, String> environment) {
        boolean interactive = Boolean.getBoolean("edgewright.tty");
        boolean colour = interactive
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !"dumb".equals(environment.get("TERM"));
        return new Terminal(
                new PrintWriter(System.out, true),
                new PrintWriter(System.err, true),
                interactive,
                colour,
                Integer.getInteger("edgewright.columns", 120));
    }

    /** The same terminal without colours or redrawing, for text that is measured before it is printed. */
    public Terminal plain() {
        return new Terminal(out, err, false, false, columns);
    }

    /** The text in a style, or as it is where colours may not be used. */
    public String styled(Style style, String text) {
        return colour && !text.isEmpty() ? style.on() + text + Style.OFF : text;
    }

    /** Colours by meaning, so that the same thing looks the same everywhere. */
    public enum Style {
        HEADING("\u001b[1m"),
        GOOD("\u001b[32m"),
        BUSY("\u001b[36m"),
        WARNING("\u001b[33m"),
        BAD("\u001b[31m"),
        FAINT("\u001b[2m");

        private static final String OFF = "\u001b[0m";
        private final String code;

        Style(String code) {
            this.code = code;
        }

        private String on() {
            return code;
        }
    }

    /** The style of a state's name, as devices, rollouts, waves and jobs use them. */
    public static Style styleOf(String state) {
        return switch (state.toUpperCase(java.util.Locale.ROOT)) {
            case "ONLINE", "COMMITTED", "SUCCEEDED", "DONE", "CHOSEN", "DELIVERED" -> Style.GOOD;
            case "FAILED", "ROLLED_BACK", "HALTED", "ABORTED", "SILENT", "STOPPED", "DEAD" -> Style.BAD;
            case "PAUSED", "CANCELLED", "AWAITING_APPROVAL", "REVERTED", "REVERTING", "UNREACHED" -> Style.WARNING;
            case "OFFLINE", "IDLE", "PENDING", "PLANNED", "SCHEDULED", "QUEUED", "SKIPPED", "SLOWER" -> Style.FAINT;
            default -> Style.BUSY;
        };
    }
}
