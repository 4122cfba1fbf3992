package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.output.ProgressBar;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Terminal.Style;
import java.util.ArrayList;
import java.util.List;

/** A rollout as a few lines: one bar for all, one a wave, and the devices that are on their way. */
public final class RolloutView {
    private static final int BUSY_DEVICES = 8;

    private RolloutView() {}

    /** The lines for a rollout document. */
    public static List<String> lines(Terminal terminal, JsonNode rollout) {
        JsonNode counts = rollout.path("counts");
        List<String> lines = new ArrayList<>();
        String state = Fields.text(rollout, "state");
        lines.add(terminal.styled(Style.HEADING, "Rollout " + Fields.text(rollout, "id")) + "  "
                + Fields.text(rollout, "model") + " version " + Fields.text(rollout, "version") + "  "
                + terminal.styled(Terminal.styleOf(state), state)
                + (rollout.has("reason") ? "  " + Fields.text(rollout, "reason") : ""));
        lines.add(
                ProgressBar.of(terminal, progress(rollout), counts.path("total").asDouble(), 40) + " "
                        + counts.path("committed").asInt() + " of "
                        + counts.path("total").asInt() + " committed, "
                        + counts.path("running").asInt() + " on their way, "
                        + counts.path("failed").asInt() + " failed"
                        + (counts.path("skipped").asInt() > 0
                                ? ", " + counts.path("skipped").asInt() + " skipped"
                                : ""));
        JsonNode waves = rollout.path("waves");
        for (JsonNode wave : waves) {
            if (waves.size() > 1) {
                lines.add(wave(terminal, wave));
            }
        }
        busy(terminal, waves, lines);
        return lines;
    }

    /** Devices done, those on their way counted by how far they are. */
    private static double progress(JsonNode rollout) {
        double done = 0;
        for (JsonNode wave : rollout.path("waves")) {
            for (JsonNode device : wave.path("devices")) {
                done += switch (device.path("state").asText()) {
                    case "COMMITTED", "FAILED", "ROLLED_BACK", "SKIPPED" -> 1;
                    default -> 0.9 * device.path("progress").asDouble();
                };
            }
        }
        return done;
    }

    private static String wave(Terminal terminal, JsonNode wave) {
        int committed = 0;
        for (JsonNode device : wave.path("devices")) {
            committed += "COMMITTED".equals(device.path("state").asText()) ? 1 : 0;
        }
        int size = wave.path("devices").size();
        String state = Fields.text(wave, "state");
        return "  wave " + (wave.path("index").asInt() + 1) + " " + ProgressBar.of(terminal, committed, size, 20) + " "
                + committed + "/" + size + " " + terminal.styled(Terminal.styleOf(state), state);
    }

    private static void busy(Terminal terminal, JsonNode waves, List<String> lines) {
        int shown = 0;
        for (JsonNode wave : waves) {
            for (JsonNode device : wave.path("devices")) {
                String state = Fields.text(device, "state");
                boolean quiet = switch (state) {
                    case "WAITING", "COMMITTED", "SKIPPED" -> true;
                    default -> false;
                };
                if (!quiet && shown++ < BUSY_DEVICES) {
                    lines.add(String.format("    %-20s ", Fields.text(device, "id"))
                            + ProgressBar.of(terminal, Fields.number(device, "progress"), 1, 16) + " "
                            + terminal.styled(Terminal.styleOf(state), state)
                            + (device.has("error") ? "  " + Fields.text(device, "error") : ""));
                }
            }
        }
        if (shown > BUSY_DEVICES) {
            lines.add("    and " + (shown - BUSY_DEVICES) + " more");
        }
    }
}
