package dev.edgewright.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Terminal.Style;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.verbs.Fields;
import dev.edgewright.cli.verbs.RolloutView;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the demo shows while it runs. */
final class DemoView {
    private final Terminal terminal;
    private final URI console;
    private final String model;
    private final Clock clock;

    DemoView(Terminal terminal, Clock clock, URI console, String model) {
        this.terminal = terminal;
        this.clock = clock;
        this.console = console;
        this.model = model;
    }

    /**
     * One look at everything.
     *
     * @param devices as the controller knows them
     * @param scores of the images that each device answered, by device id
     */
    record State(List<JsonNode> devices, JsonNode rollout, Map<String, ImageDriver.Score> scores) {
        String rolloutState() {
            return rollout.path("state").asText();
        }

        /** The device's assignment of the rollout's model; missing where it has none. */
        JsonNode assignment(JsonNode device) {
            return ofModel(device.path("assignments"));
        }

        JsonNode telemetry(JsonNode device) {
            JsonNode assignment = assignment(device);
            for (JsonNode t : device.path("telemetry")) {
                if (t.path("model").equals(rollout.path("model"))
                        && t.path("variant").equals(assignment.path("activeVariant"))) {
                    return t;
                }
            }
            return ofModel(device.path("telemetry"));
        }

        private JsonNode ofModel(JsonNode items) {
            for (JsonNode item : items) {
                if (item.path("model").equals(rollout.path("model"))) {
                    return item;
                }
            }
            return items.path("none");
        }
    }

    /** The live block. */
    List<String> lines(State state, Duration elapsed, Duration limit) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(terminal.styled(Style.HEADING, model) + "  " + Words.duration(elapsed)
                + (limit == null ? "  Ctrl-C ends" : " of " + Words.duration(limit)) + "  console " + console
                + "/  metrics " + console + "/metrics");
        lines.addAll(RolloutView.lines(terminal, clock, state.rollout()));
        lines.add("");
        lines.addAll(table(state).lines(terminal));
        lines.add("");
        for (JsonNode device : state.devices()) {
            String why = Fields.text(state.assignment(device), "why");
            if (!why.equals(Words.UNKNOWN)) {
                lines.add(cut(terminal.styled(Style.FAINT, Fields.text(device, "id")) + ": " + why));
            }
        }
        return lines;
    }

    private String cut(String line) {
        int room = terminal.columns() + (terminal.colour() ? 8 : 0);
        return line.length() <= room ? line : line.substring(0, room - 1) + "…";
    }

    private Table table(State state) {
        Table table =
                Table.of("device", "update", "variant", "p50", "p95", "images", "accuracy", "errors", "energy/inf");
        for (JsonNode device : state.devices()) {
            JsonNode assignment = state.assignment(device);
            JsonNode telemetry = state.telemetry(device);
            ImageDriver.Score score = state.scores().get(device.path("id").asText());
            table.row(
                    Fields.text(device, "id"),
                    Cell.state(Fields.text(assignment, "state")),
                    Fields.text(assignment, "activeVariant"),
                    Cell.number(Words.milliseconds(Fields.number(telemetry, "p50Ms"))),
                    Cell.number(Words.milliseconds(Fields.number(telemetry, "p95Ms"))),
                    Cell.number(String.valueOf(score.answered())),
                    Cell.number(Words.accuracy(score.accuracy())),
                    Cell.number(String.valueOf(score.errors())),
                    Cell.number(Fields.energy(telemetry)));
        }
        return table;
    }

    /** The same for a log: one line a device. */
    List<String> plain(State state, Duration elapsed) {
        List<String> lines = new ArrayList<>();
        JsonNode counts = state.rollout().path("counts");
        lines.add(Words.duration(elapsed) + " rollout " + state.rolloutState() + " "
                + Words.percent(Fields.number(state.rollout(), "progress")) + ", "
                + counts.path("committed").asInt()
                + " of " + counts.path("total").asInt() + " committed");
        table(state).lines(terminal.plain()).forEach(line -> lines.add("  " + line));
        return lines;
    }
}
