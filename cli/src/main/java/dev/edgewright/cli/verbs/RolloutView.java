package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.output.ProgressBar;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Terminal.Style;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** A rollout as a few lines: one bar for all, one a wave, and the devices that are on their way. */
public final class RolloutView {
    private static final int BUSY_DEVICES = 8;

    private RolloutView() {}

    /** The lines for a rollout document. */
    public static List<String> lines(Terminal terminal, Clock clock, JsonNode rollout) {
        JsonNode counts = rollout.path("counts");
        List<String> lines = new ArrayList<>();
        String state = Fields.text(rollout, "state");
        lines.add(terminal.styled(Style.HEADING, "Rollout " + Fields.text(rollout, "id")) + "  "
                + Fields.text(rollout, "model") + " version " + Fields.text(rollout, "version") + "  "
                + terminal.styled(Terminal.styleOf(state), state)
                + (rollout.has("reason") ? "  " + Fields.text(rollout, "reason") : ""));
        lines.add(ProgressBar.of(terminal, rollout.path("progress").asDouble(), 1, 40) + " "
                + counts.path("committed").asInt() + " of "
                + counts.path("total").asInt() + " committed, "
                + counts.path("running").asInt() + " on their way, "
                + counts.path("failed").asInt() + " failed"
                + some(counts, "reverted") + some(counts, "skipped"));
        JsonNode waves = rollout.path("waves");
        for (JsonNode wave : waves) {
            if (waves.size() > 1) {
                lines.add(wave(terminal, wave));
            }
        }
        busy(terminal, clock, rollout, lines);
        return lines;
    }

    private static String some(JsonNode counts, String what) {
        return counts.path(what).asInt() > 0 ? ", " + counts.path(what).asInt() + " " + what : "";
    }

    private static String wave(Terminal terminal, JsonNode wave) {
        String state = Fields.text(wave, "state");
        return "  wave " + (wave.path("index").asInt() + 1) + " "
                + ProgressBar.of(terminal, wave.path("progress").asDouble(), 1, 20) + " "
                + wave.path("counts").path("committed").asInt() + "/"
                + wave.path("size").asInt() + " "
                + terminal.styled(Terminal.styleOf(state), state);
    }

    private static void busy(Terminal terminal, Clock clock, JsonNode rollout, List<String> lines) {
        int shown = 0;
        for (JsonNode wave : rollout.path("waves")) {
            for (JsonNode device : wave.path("devices")) {
                if (isTelling(device) && shown < BUSY_DEVICES) {
                    shown++;
                    lines.add(device(terminal, clock, device));
                }
            }
        }
        JsonNode counts = rollout.path("counts");
        int more = counts.path("running").asInt() + counts.path("failed").asInt() - shown;
        if (shown == BUSY_DEVICES && more > 0) {
            lines.add("    and " + more + " more");
        }
    }

    /** On its way, or failed. */
    static boolean isTelling(JsonNode device) {
        return switch (Fields.text(device, "state")) {
            case "PLANNED", "COMMITTED", "SKIPPED", "SUPERSEDED", "REVERTED", "KEPT" -> false;
            default -> true;
        };
    }

    private static String device(Terminal terminal, Clock clock, JsonNode device) {
        String state = Fields.text(device, "state");
        return String.format("    %-20s ", Fields.text(device, "id"))
                + ProgressBar.of(terminal, Fields.number(device, "progress"), 1, 16) + " "
                + terminal.styled(Terminal.styleOf(state), state)
                + (device.has("failsAt")
                        ? " for " + Fields.age(device, "since", clock) + ", counts as failed in "
                                + Fields.left(device, "failsAt", clock)
                        : "")
                + (device.has("error") ? "  " + Fields.text(device, "error") : "");
    }
}
