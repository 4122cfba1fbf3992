package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Terminal.Style;
import dev.edgewright.cli.output.Words;
import java.util.Locale;

/** Candidates with what they would cost, and decisions about devices, on screen. */
final class ChoiceTable {
    /** The API gives 95 % intervals; on screen stands one standard deviation. */
    private static final double TWO_SIDED_95 = 1.96;

    private ChoiceTable() {}

    /** Predicted and measured side by side; a figure with how far it may be off. */
    static void print(Terminal terminal, JsonNode candidates) {
        Table table = Table.of(
                "  candidate",
                "verdict",
                "predicted",
                "measured",
                "p95",
                "energy",
                "memory",
                "accuracy",
                "size",
                "reason");
        for (JsonNode c : candidates) {
            table.row(
                    "  " + Fields.text(c, "variant"),
                    Cell.state(Fields.text(c, "verdict")),
                    Cell.number(milliseconds(c.path("predictedMs"))),
                    Cell.number(milliseconds(c.path("measuredMs"))),
                    Cell.number(Words.milliseconds(Fields.number(c.path("p95Ms"), "value"))),
                    Cell.number(Words.joules(Fields.number(c.path("joules"), "value"))),
                    Cell.number(Words.bytes(Fields.number(c.path("memoryBytes"), "value"))),
                    Cell.number(Words.accuracy(Fields.number(c, "accuracy"))),
                    Cell.number(Words.bytes(Fields.number(c, "sizeBytes"))),
                    Fields.text(c, "reason"));
        }
        table.print(terminal);
    }

    private static String milliseconds(JsonNode figure) {
        double value = Fields.number(figure, "value");
        if (Double.isNaN(value)) {
            return Words.UNKNOWN;
        }
        double off = Math.log(Fields.number(figure, "high") / Fields.number(figure, "low")) / (2 * TWO_SIDED_95);
        return Words.milliseconds(value)
                + (Double.isNaN(off) ? "" : String.format(Locale.ROOT, " ±%.0f%%", Math.min(999, 100 * off)));
    }

    /** One decision about a device. */
    static void decision(Terminal terminal, String device, JsonNode decision) {
        boolean chosen = decision.has("chosen");
        terminal.out()
                .println(terminal.styled(Style.HEADING, device) + "  "
                        + Fields.text(decision, "model") + " " + Fields.text(decision, "version") + "  "
                        + terminal.styled(
                                chosen ? Style.GOOD : Style.BAD,
                                chosen ? Fields.text(decision, "chosen") : "nothing fits"));
        Sheet sheet = new Sheet(terminal);
        sheet.line("why", Fields.text(decision, "why"));
        sheet.line("objective", Fields.text(decision, "objective"));
        sheet.line("class", Fields.text(decision, "class"));
        sheet.line(
                "chosen by",
                Fields.text(decision, "who") + ", rollout " + Fields.text(decision, "rollout") + ", "
                        + Fields.text(decision, "at"));
        print(terminal, decision.path("candidates"));
        terminal.out().println();
    }
}
