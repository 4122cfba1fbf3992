package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Terminal.Style;
import dev.edgewright.cli.remote.Api;
import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.remote.RemoteOptions;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.cli.remote.Shell.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgewright deployments}: what is wanted of a model on which devices, in one file. */
@Command(name = "deployments", aliases = "deployment", description = "Deployments by file: explain, apply, list, show.")
public final class DeploymentsCommand extends Noun {
    private final Shell shell;
    private final Clock clock;

    public DeploymentsCommand(Shell shell, Clock clock) {
        this.shell = shell;
        this.clock = clock;
    }

    @Command(
            name = "explain",
            description = "Say what each class of devices would get and why, before anything is sent.",
            footer = {
                "",
                "Ends with 1 when a rule has no devices or nothing suits a class, and says what would do.",
                "",
                "Example:",
                "  edgewright deployments explain -f deployment.yaml"
            })
    int explain(
            @Mixin RemoteOptions remote,
            @Option(
                            names = {"-f", "--file"},
                            required = true,
                            paramLabel = "FILE",
                            description = "The deployment file.")
                    Path file,
            @Option(
                            names = {"-a", "--all"},
                            description = "Every candidate of every class.")
                    boolean all) {
        Session session = shell.connect(remote);
        JsonNode explanation = post(session, "/deployments/explain", file);
        session.print(explanation, () -> explained(session.terminal(), explanation, all));
        return explanation.path("good").asBoolean() ? 0 : Exit.FAILED.code();
    }

    private static void explained(Terminal terminal, JsonNode explanation, boolean all) {
        terminal.out()
                .println(terminal.styled(
                        Style.HEADING,
                        Fields.text(explanation, "model") + " version " + Fields.text(explanation, "version")));
        for (JsonNode rule : explanation.path("rules")) {
            terminal.out().println();
            terminal.out()
                    .println("line " + Fields.text(rule, "line") + ": " + Fields.text(rule, "objective") + " on "
                            + (rule.has("query") ? Fields.text(rule, "query") : "all devices") + ": "
                            + Fields.text(rule, "devices") + " devices");
            if (rule.has("trouble")) {
                terminal.out().println("  " + terminal.styled(Style.BAD, Fields.text(rule, "trouble")));
            }
            rule.path("classes").forEach(c -> ofClass(terminal, c, all));
        }
        int uncovered = explanation.path("uncovered").asInt();
        if (uncovered > 0) {
            terminal.out().println();
            terminal.out().println(uncovered + " devices are taken by no rule.");
        }
    }

    private static void ofClass(Terminal terminal, JsonNode one, boolean all) {
        boolean chosen = one.has("chosen");
        String conditions =
                one.path("conditions").isEmpty() ? "" : " (" + Fields.joined(one.path("conditions"), ", ") + ")";
        terminal.out()
                .println("  " + terminal.styled(Style.HEADING, Fields.text(one, "class")) + ": "
                        + Fields.text(one, "devices") + " devices" + conditions);
        terminal.out()
                .println("    "
                        + terminal.styled(
                                chosen ? Style.GOOD : Style.BAD, chosen ? Fields.text(one, "chosen") : "nothing fits")
                        + "  " + (chosen ? Fields.text(one, "why") : ""));
        JsonNode shortfall = one.path("shortfall");
        if (!shortfall.isMissingNode()) {
            terminal.out().println("    missing: " + Fields.text(shortfall, "missing"));
            terminal.out().println("    would do: " + Fields.text(shortfall, "remedy"));
        }
        JsonNode trial = one.path("trial");
        if (!trial.isMissingNode()) {
            String what = trial.path("candidates").size() > 1
                            && !trial.path("devices").isEmpty()
                    ? Fields.joined(trial.path("candidates"), ", ") + " on "
                            + Fields.joined(trial.path("devices"), ", ")
                    : "none";
            terminal.out().println("    trial first: " + what + " (" + Fields.text(trial, "why") + ")");
        }
        if (all || !chosen) {
            ChoiceTable.print(terminal, one.path("candidates"));
        }
    }

    @Command(
            name = "apply",
            description = "Try what is worth trying on a few devices, then roll out.",
            footer = {
                "",
                "Examples:",
                "  edgewright deployments apply -f deployment.yaml",
                "  edgewright deployments apply -f deployment.yaml --watch"
            })
    int apply(
            @Mixin RemoteOptions remote,
            @Option(
                            names = {"-f", "--file"},
                            required = true,
                            paramLabel = "FILE",
                            description = "The deployment file.")
                    Path file,
            @Option(
                            names = {"-w", "--watch"},
                            description = "Wait until its trials have ended and its rollouts have started.")
                    boolean watch) {
        Session session = shell.connect(remote);
        JsonNode run = post(session, "/deployments", file);
        if (watch) {
            run = until(session, run);
        }
        JsonNode now = run;
        session.print(now, () -> shown(session.terminal(), now));
        return "FAILED".equals(now.path("state").asText()) ? Exit.FAILED.code() : 0;
    }

    private static JsonNode until(Session session, JsonNode first) {
        JsonNode run = first;
        int said = 0;
        while (true) {
            JsonNode words = run.path("words");
            for (; said < words.size(); said++) {
                session.terminal().err().println(words.path(said).asText());
            }
            if (!"TRYING".equals(run.path("state").asText())) {
                return run;
            }
            Pause.of(Duration.ofSeconds(1));
            run = session.api().get("/deployments/" + Api.escape(run.path("id").asText()));
        }
    }

    private static JsonNode post(Session session, String path, Path file) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        try {
            body.put("yaml", Files.readString(file));
        } catch (IOException e) {
            throw new CliFailure(Exit.USAGE, "cannot read " + file + ": " + e.getMessage(), "");
        }
        try {
            return session.api().post(path, body);
        } catch (CliFailure e) {
            // The controller says lines of the text; people look for them in their file.
            throw new CliFailure(e.exit(), e.getMessage().replaceAll("(?m)^line ", file + " line "), e.hint());
        }
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List deployments, newest first.",
            footer = {"", "Example:", "  edgewright deployments list"})
    int list(@Mixin RemoteOptions remote) {
        Session session = shell.connect(remote);
        JsonNode runs = session.api().list("/deployments", Map.of());
        session.print(runs, () -> {
            if (runs.isEmpty()) {
                session.terminal().out().println("No deployments yet.");
                session.terminal().err().println("Apply one: edgewright deployments apply -f deployment.yaml");
                return;
            }
            Table table = Table.of("deployment", "model", "version", "state", "rules", "age");
            for (JsonNode run : runs) {
                table.row(
                        Fields.text(run, "id"),
                        Fields.text(run, "model"),
                        Fields.text(run, "version"),
                        Cell.state(Fields.text(run, "state")),
                        Cell.number(String.valueOf(run.path("rules").size())),
                        Cell.number(Fields.age(run, "createdAt", clock)));
            }
            table.print(session.terminal());
        });
        return 0;
    }

    @Command(
            name = "show",
            description = "Show one deployment: its trials, its rollouts, what happened.",
            footer = {"", "Example:", "  edgewright deployments show dp-3f9ac2d41b7e"})
    int show(@Mixin RemoteOptions remote, @Parameters(paramLabel = "DEPLOYMENT", description = "Its id.") String id) {
        Session session = shell.connect(remote);
        JsonNode run = session.api().get("/deployments/" + Api.escape(id));
        session.print(run, () -> shown(session.terminal(), run));
        return 0;
    }

    private static void shown(Terminal terminal, JsonNode run) {
        Sheet sheet = new Sheet(terminal);
        sheet.line("deployment", Fields.text(run, "id"));
        sheet.line("model", Fields.text(run, "model") + " version " + Fields.text(run, "version"));
        sheet.line("state", Fields.text(run, "state"));
        for (JsonNode rule : run.path("rules")) {
            String what = rule.has("rollout")
                    ? "rollout " + Fields.text(rule, "rollout")
                    : rule.has("failed")
                            ? Fields.text(rule, "failed")
                            : "waits for " + Fields.joined(rule.path("trials"), ", ");
            sheet.line(
                    "line " + Fields.text(rule, "line"),
                    (rule.has("query") ? Fields.text(rule, "query") : "all devices") + ": " + what);
        }
        sheet.heading("What happened");
        run.path("words").forEach(word -> terminal.out().println("  " + word.asText()));
    }
}
