package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.Api;
import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.remote.RemoteOptions;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.cli.remote.Shell.Session;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgewright variants}: the smaller and faster forms of a model, and which device gets which. */
@Command(
        name = "variants",
        aliases = "variant",
        description = "Variants of a model: make, list, show, and why a device gets which.")
public final class VariantsCommand extends Noun {
    private final Shell shell;
    private final Clock clock;

    public VariantsCommand(Shell shell, Clock clock) {
        this.shell = shell;
        this.clock = clock;
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List the variants of a model.",
            footer = {"", "Example:", "  edgewright variants list fashion-mnist"})
    int list(@Mixin RemoteOptions remote, @Parameters(paramLabel = "MODEL", description = "The model.") String model) {
        Session session = shell.connect(remote);
        JsonNode variants = session.api().list("/models/" + Api.escape(model) + "/variants", Map.of());
        session.print(variants, () -> {
            if (variants.isEmpty()) {
                session.terminal().out().println("No variants of " + model + " yet.");
                session.terminal().err().println("Make some: edgewright variants make " + model + " fp32 int8-static");
                return;
            }
            Table table = Table.of("variant", "version", "size", "accuracy", "p50 here", "faster", "needs", "digest");
            for (JsonNode v : variants) {
                table.row(
                        Fields.text(v, "variant"),
                        Fields.text(v, "version"),
                        Cell.number(Words.bytes(Fields.number(v, "sizeBytes"))),
                        Cell.number(Fields.accuracy(v.path("accuracy"))),
                        Cell.number(Words.milliseconds(Fields.number(v.path("latency"), "p50Ms"))),
                        faster(v),
                        Fields.joined(v.path("requiresIsa"), " "),
                        Fields.digest(v, "digest"));
            }
            table.print(session.terminal());
        });
        return 0;
    }

    private static String faster(JsonNode variant) {
        return !variant.has("fasterThanOriginal")
                ? Words.UNKNOWN
                : variant.path("fasterThanOriginal").asBoolean() ? "yes" : "no";
    }

    @Command(
            name = "show",
            description = "Show one variant: accuracy, latency, lineage.",
            footer = {"", "Example:", "  edgewright variants show 3f9ac2d41b7e"})
    int show(
            @Mixin RemoteOptions remote,
            @Parameters(paramLabel = "DIGEST", description = "Its digest, or 8 digits of it and more.") String digest) {
        Session session = shell.connect(remote);
        JsonNode v = session.api().get("/variants/" + Api.escape(digest));
        session.print(v, () -> {
            Sheet sheet = new Sheet(session.terminal());
            sheet.line(
                    "variant",
                    Fields.text(v, "variant") + " of " + Fields.text(v, "model") + " version "
                            + Fields.text(v, "version"));
            sheet.line("digest", Fields.text(v, "digest"));
            sheet.line("recipe", Fields.text(v, "recipe"));
            sheet.line(
                    "size", Words.bytes(Fields.number(v, "sizeBytes")) + " in " + Fields.text(v, "chunks") + " chunks");
            JsonNode accuracy = v.path("accuracy");
            sheet.line(
                    "accuracy",
                    Fields.accuracy(accuracy) + " " + Fields.text(accuracy, "metric") + " on "
                            + Fields.text(accuracy, "samples") + " samples, agrees with the original on "
                            + Words.accuracy(Fields.number(accuracy, "agreement")));
            sheet.line(
                    "latency",
                    Words.milliseconds(Fields.number(v.path("latency"), "p50Ms")) + " p50, "
                            + Words.milliseconds(Fields.number(v.path("latency"), "p95Ms"))
                            + " p95, where it was made");
            sheet.line("faster", faster(v) + " (than the original, where it was made)");
            sheet.line("memory", Words.bytes(Fields.number(v, "peakMemoryBytes")));
            sheet.line("needs", Fields.joined(v.path("requiresIsa"), " "));
            sheet.heading("Lineage");
            v.path("lineage").forEach(step -> session.terminal().out().println("  " + step.asText()));
        });
        return 0;
    }

    @Command(
            name = "make",
            description = "Make variants by recipe.",
            footer = {
                "",
                "Examples:",
                "  edgewright variants make fashion-mnist fp32 int8-static",
                "  edgewright variants make fashion-mnist int8-static --version 2 --no-wait"
            })
    int make(
            @Mixin RemoteOptions remote,
            @Parameters(index = "0", paramLabel = "MODEL", description = "The model.") String model,
            @Parameters(index = "1..*", arity = "1..*", paramLabel = "RECIPE", description = "Recipes.")
                    String[] recipes,
            @Option(names = "--version", paramLabel = "V", description = "Version (default: the newest).")
                    String version,
            @Option(names = "--no-wait", description = "Do not wait until they are made.") boolean noWait) {
        Session session = shell.connect(remote);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode list = body.putArray("recipes");
        Arrays.stream(recipes).forEach(list::add);
        if (version != null) {
            body.put("version", version);
        }
        JsonNode accepted = session.api().post("/models/" + Api.escape(model) + "/variants", body);
        String job = accepted.path("job").asText();
        if (noWait) {
            session.print(
                    accepted,
                    () -> session.terminal().out().println("Job " + job + " makes them: edgewright jobs show " + job));
            return 0;
        }
        JsonNode done = new JobWatch(session, clock).until(job);
        if (!"SUCCEEDED".equals(done.path("state").asText())) {
            throw JobsCommand.failed(done);
        }
        session.print(done, () -> session.terminal().out().println("Made. See: edgewright variants list " + model));
        return 0;
    }

    @Command(
            name = "explain",
            description = "Say why a device got what it got, or which variant of a model would go to which device.",
            footer = {
                "",
                "Examples:",
                "  edgewright variants explain cam-1",
                "  edgewright variants explain fashion-mnist",
                "  edgewright variants explain fashion-mnist --max-drop 0.005 --all",
                "  edgewright variants explain fashion-mnist --floor 0.92 --query 'device.ram_mb < 1024'"
            })
    int explain(
            @Mixin RemoteOptions remote,
            @Parameters(
                            paramLabel = "DEVICE|MODEL",
                            description =
                                    "A device, for the decision that was made; a model, for what would be chosen now.")
                    String model,
            @Option(
                            names = {"-q", "--query"},
                            paramLabel = "CEL",
                            description = "Only devices that match.")
                    String query,
            @Option(names = "--floor", paramLabel = "A", description = "Lowest accuracy allowed, 0..1.") Double floor,
            @Option(
                            names = "--max-drop",
                            paramLabel = "D",
                            description = "Accuracy that may be lost against the original, 0..1.")
                    Double maxDrop,
            @Option(
                            names = {"-a", "--all"},
                            description = "Every candidate, not only the chosen one.")
                    boolean all) {
        Session session = shell.connect(remote);
        boolean anything = query == null && floor == null && maxDrop == null;
        JsonNode selections;
        try {
            selections = session.api()
                    .get("/models/" + Api.escape(model) + "/selection"
                            + Uploads.query("query", query, "floor", text(floor), "maxDrop", text(maxDrop)))
                    .path("items");
        } catch (CliFailure e) {
            if (e.exit() == Exit.NOT_FOUND && anything) {
                return decisions(session, model, e);
            }
            throw e;
        }
        session.print(selections, () -> {
            if (selections.isEmpty()) {
                session.terminal().out().println("No device to choose for.");
            }
            selections.forEach(s -> explain(session.terminal(), s, all));
        });
        return 0;
    }

    /** The record of why a device got what it got; {@code noModel} where it is no device either. */
    private static int decisions(Session session, String device, CliFailure noModel) {
        JsonNode decisions;
        try {
            decisions = session.api()
                    .get("/devices/" + Api.escape(device) + "/decisions")
                    .path("items");
        } catch (CliFailure e) {
            throw e.exit() == Exit.NOT_FOUND
                    ? new CliFailure(
                            Exit.NOT_FOUND, "there is no device and no model '" + device + "'", noModel.getMessage())
                    : e;
        }
        session.print(decisions, () -> {
            if (decisions.isEmpty()) {
                session.terminal().out().println("Nothing was chosen for " + device + " yet.");
            }
            decisions.forEach(d -> ChoiceTable.decision(session.terminal(), device, d));
        });
        return 0;
    }

    private static void explain(Terminal terminal, JsonNode selection, boolean all) {
        String chosen = Fields.text(selection, "chosen");
        terminal.out()
                .println(terminal.styled(Terminal.Style.HEADING, Fields.text(selection, "device")) + "  "
                        + terminal.styled(
                                selection.has("chosen") ? Terminal.Style.GOOD : Terminal.Style.BAD,
                                selection.has("chosen") ? chosen : "nothing fits")
                        + "  " + Fields.text(selection, "why"));
        if (!all) {
            return;
        }
        Table table = Table.of("  candidate", "verdict", "predicted", "accuracy", "size", "reason");
        for (JsonNode c : selection.path("candidates")) {
            table.row(
                    "  " + Fields.text(c, "variant"),
                    Cell.state(Fields.text(c, "verdict")),
                    Cell.number(Words.milliseconds(Fields.number(c, "predictedMs"))),
                    Cell.number(Words.accuracy(Fields.number(c, "accuracy"))),
                    Cell.number(Words.bytes(Fields.number(c, "sizeBytes"))),
                    Fields.text(c, "reason"));
        }
        table.print(terminal);
        terminal.out().println();
    }

    private static String text(Double value) {
        return value == null ? null : value.toString();
    }
}
