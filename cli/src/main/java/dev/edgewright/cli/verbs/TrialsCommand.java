package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.Api;
import dev.edgewright.cli.remote.RemoteOptions;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.cli.remote.Shell.Session;
import java.time.Clock;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgewright trials}: candidates measured on a few devices of a class. */
@Command(name = "trials", aliases = "trial", description = "Trials: list, show, and how good predictions are.")
public final class TrialsCommand extends Noun {
    private final Shell shell;
    private final Clock clock;

    public TrialsCommand(Shell shell, Clock clock) {
        this.shell = shell;
        this.clock = clock;
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List trials, newest first.",
            footer = {"", "Example:", "  edgewright trials list"})
    int list(@Mixin RemoteOptions remote) {
        Session session = shell.connect(remote);
        JsonNode trials = session.api().list("/trials", Map.of());
        session.print(trials, () -> {
            if (trials.isEmpty()) {
                session.terminal().out().println("No trials yet; a deployment begins them.");
                return;
            }
            Table table = Table.of("trial", "model", "class", "state", "round", "measuring", "age", "last");
            for (JsonNode t : trials) {
                JsonNode words = t.path("words");
                table.row(
                        Fields.text(t, "id"),
                        Fields.text(t, "model"),
                        Fields.text(t, "class"),
                        Cell.state(Fields.text(t, "state")),
                        Cell.number(Fields.text(t, "round")),
                        Cell.number(Words.milliseconds(Fields.number(t, "spentMs"))),
                        Cell.number(Fields.age(t, "createdAt", clock)),
                        words.isEmpty()
                                ? Words.UNKNOWN
                                : words.path(words.size() - 1).asText());
            }
            table.print(session.terminal());
        });
        return 0;
    }

    @Command(
            name = "show",
            description = "Show one trial with what each device measured.",
            footer = {"", "Example:", "  edgewright trials show tr-3f9ac2d41b7e"})
    int show(@Mixin RemoteOptions remote, @Parameters(paramLabel = "TRIAL", description = "Its id.") String id) {
        Session session = shell.connect(remote);
        JsonNode t = session.api().get("/trials/" + Api.escape(id));
        session.print(t, () -> {
            Sheet sheet = new Sheet(session.terminal());
            sheet.line("trial", Fields.text(t, "id"));
            sheet.line("model", Fields.text(t, "model") + " version " + Fields.text(t, "version"));
            sheet.line("class", Fields.text(t, "class"));
            sheet.line("objective", Fields.text(t, "objective"));
            sheet.line("state", Fields.text(t, "state") + " in round " + Fields.text(t, "round"));
            sheet.line("devices", Fields.joined(t.path("devices"), ", "));
            sheet.line("measuring", Words.milliseconds(Fields.number(t, "spentMs")) + " on all devices together");
            sheet.heading("What happened");
            t.path("words").forEach(word -> session.terminal().out().println("  " + word.asText()));
            sheet.heading("Measured");
            Table table = Table.of("variant", "device", "p50", "p95", "energy", "memory", "runs", "out");
            for (JsonNode r : t.path("results")) {
                table.row(
                        Fields.text(r, "variant"),
                        Fields.text(r, "device"),
                        Cell.number(Words.milliseconds(Fields.number(r, "p50Ms"))),
                        Cell.number(Words.milliseconds(Fields.number(r, "p95Ms"))),
                        Cell.number(Words.joules(Fields.number(r, "joules"))),
                        Cell.number(Words.bytes(Fields.number(r, "memoryBytes"))),
                        Cell.number(Fields.text(r, "runs")),
                        Fields.text(r, "out"));
            }
            table.print(session.terminal());
        });
        return 0;
    }

    @Command(
            name = "predictions",
            description = "Predicted against measured latency, by class and variant.",
            footer = {"", "Example:", "  edgewright trials predictions --model fashion-mnist"})
    int predictions(
            @Mixin RemoteOptions remote,
            @Option(names = "--model", paramLabel = "MODEL", description = "Only this model.") String model) {
        Session session = shell.connect(remote);
        JsonNode items = session.api()
                .get("/predictions" + Uploads.query("model", model))
                .path("items");
        session.print(items, () -> {
            Table table = Table.of("class", "model", "variant", "predicted", "measured", "ratio");
            for (JsonNode p : items) {
                table.row(
                        Fields.text(p, "class"),
                        Fields.text(p, "model"),
                        Fields.text(p, "variant"),
                        Cell.number(Words.milliseconds(Fields.number(p.path("predictedMs"), "value"))),
                        Cell.number(Words.milliseconds(Fields.number(p.path("measuredMs"), "value"))),
                        Cell.number(String.format(java.util.Locale.ROOT, "%.2f", Fields.number(p, "ratio"))));
            }
            table.print(session.terminal());
        });
        return 0;
    }
}
