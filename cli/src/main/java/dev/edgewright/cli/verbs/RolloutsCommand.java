package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.cli.output.ProgressBar;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.remote.Api;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.remote.RemoteOptions;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.cli.remote.Shell.Session;
import java.time.Clock;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgewright rollouts}: a model's way to the devices, in waves that can be stopped. */
@Command(
        name = "rollouts",
        aliases = "rollout",
        description = "Rollouts: create, watch, approve, pause, resume, abort.")
public final class RolloutsCommand extends Noun {
    /** Devices in the table of a rollout, unless all are asked for. */
    private static final int SHOWN_DEVICES = 40;

    private final Shell shell;
    private final Clock clock;

    public RolloutsCommand(Shell shell, Clock clock) {
        this.shell = shell;
        this.clock = clock;
    }

    @Command(
            name = "create",
            description = "Start a rollout.",
            footer = {
                "",
                "Waves are counts (5) or percentages, separated by commas. Percentages rise to 100%% (25%%,100%%: a quarter, then",
                "all) or add up to it (25%%,75%%). A wave starts when the one before it has settled within the failure ratio.",
                "",
                "Examples:",
                "  edgewright rollouts create fashion-mnist --watch",
                "  edgewright rollouts create fashion-mnist --waves 1,25%%,100%%! --max-failures 0.05 --watch-seconds 300",
                "  edgewright rollouts create detector --version 3 --query 'device.labels.site == \"berlin\"'",
                "  edgewright rollouts create detector --variant int8-static --max-p95-ms 20",
                "  edgewright rollouts create detector -f nightly.yaml"
            })
    int create(
            @Mixin RemoteOptions remote,
            @Mixin RolloutPlan plan,
            @Parameters(paramLabel = "MODEL", description = "The model.") String model,
            @Option(
                            names = {"-w", "--watch"},
                            description = "Follow it to its end.")
                    boolean watch) {
        ObjectNode body = plan.request(model);
        Session session = shell.connect(remote);
        JsonNode rollout = session.api().post("/rollouts", body);
        String id = rollout.path("id").asText();
        if (watch) {
            return follow(session, id);
        }
        session.print(rollout, () -> {
            String devices = Fields.text(rollout.path("counts"), "total");
            session.terminal()
                    .out()
                    .println("Rollout " + id + " of " + model + " to " + devices + " devices has started.");
            session.terminal().out().println("Follow it: edgewright rollouts watch " + id);
        });
        return 0;
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List rollouts, newest first.",
            footer = {"", "Example:", "  edgewright rollouts list"})
    int list(@Mixin RemoteOptions remote) {
        Session session = shell.connect(remote);
        JsonNode rollouts = session.api().list("/rollouts", Map.of());
        session.print(rollouts, () -> {
            if (rollouts.isEmpty()) {
                session.terminal().out().println("No rollouts yet.");
                session.terminal().err().println("Start one: edgewright rollouts create MODEL --watch");
                return;
            }
            Table table = Table.of(
                    "rollout",
                    "model",
                    "version",
                    "variant",
                    "state",
                    "committed",
                    "failed",
                    "devices",
                    "age",
                    "reason");
            for (JsonNode r : rollouts) {
                JsonNode counts = r.path("counts");
                table.row(
                        Fields.text(r, "id"),
                        Fields.text(r, "model"),
                        Fields.text(r, "version"),
                        Fields.text(r, "variant"),
                        Cell.state(Fields.text(r, "state")),
                        Cell.number(Fields.text(counts, "committed")),
                        Cell.number(Fields.text(counts, "failed")),
                        Cell.number(Fields.text(counts, "total")),
                        Cell.number(Fields.age(r, "createdAt", clock)),
                        Fields.text(r, "reason"));
            }
            table.print(session.terminal());
        });
        return 0;
    }

    @Command(
            name = "show",
            description = "Show a rollout: waves, devices, what happened and why.",
            footer = {
                "",
                "Of many devices, those on their way and those that failed are shown first. Why each class of devices gets its",
                "variant stands in the history.",
                "",
                "Examples:",
                "  edgewright rollouts show r-1",
                "  edgewright rollouts show r-1 --all"
            })
    int show(
            @Mixin RemoteOptions remote,
            @Parameters(paramLabel = "ID", description = "The rollout.") String id,
            @Option(
                            names = {"-a", "--all"},
                            description = "Every device, however many.")
                    boolean all) {
        Session session = shell.connect(remote);
        boolean limited = !all && session.forPeople();
        JsonNode rollout =
                session.api().get("/rollouts/" + Api.escape(id) + (limited ? "?devices=" + SHOWN_DEVICES : ""));
        session.print(rollout, () -> people(session.terminal(), rollout));
        return 0;
    }

    private void people(Terminal terminal, JsonNode rollout) {
        RolloutView.lines(terminal, clock, rollout).forEach(terminal.out()::println);
        Table table = Table.of("wave", "device", "state", "done", "variant", "why / error");
        for (JsonNode wave : rollout.path("waves")) {
            for (JsonNode device : wave.path("devices")) {
                table.row(
                        Cell.number(String.valueOf(wave.path("index").asInt() + 1)),
                        Fields.text(device, "id"),
                        Cell.state(Fields.text(device, "state")),
                        ProgressBar.of(terminal.plain(), Fields.number(device, "progress"), 1, 10),
                        Fields.text(device, "variant"),
                        device.has("error") ? Fields.text(device, "error") : Fields.text(device, "why"));
            }
        }
        for (JsonNode device : rollout.path("skipped")) {
            String why = Fields.text(device, "why");
            table.row("-", Fields.text(device, "id"), Cell.state("SKIPPED"), "", "", why);
        }
        terminal.out().println();
        table.print(terminal);
        int total = rollout.path("counts").path("total").asInt();
        if (table.rows() < total) {
            terminal.out()
                    .println("and " + (total - table.rows()) + " more devices: edgewright rollouts show "
                            + Fields.text(rollout, "id") + " --all");
        }
        if (!rollout.path("history").isEmpty()) {
            new Sheet(terminal).heading("History");
            for (JsonNode entry : rollout.path("history")) {
                String who = Fields.text(entry, "who");
                terminal.out()
                        .println("  " + Fields.text(entry, "at") + "  " + who + "  " + Fields.text(entry, "words"));
            }
        }
    }

    @Command(
            name = "watch",
            description = "Follow a rollout with progress bars until it has ended.",
            footer = {
                "",
                "Exits with 0 when it succeeded, 1 when it was halted, aborted or reverted.",
                "",
                "Example:",
                "  edgewright rollouts watch r-1"
            })
    int watch(@Mixin RemoteOptions remote, @Parameters(paramLabel = "ID", description = "The rollout.") String id) {
        return follow(shell.connect(remote), id);
    }

    private int follow(Session session, String id) {
        JsonNode ended = new RolloutWatch(session, clock).until(id);
        String state = ended.path("state").asText();
        Terminal terminal = session.terminal();
        session.print(ended, () -> {
            String reason = ended.has("reason") ? ": " + Fields.text(ended, "reason") : "";
            terminal.out().println("Rollout " + id + " " + terminal.styled(Terminal.styleOf(state), state) + reason);
            if ("HALTED".equals(state)) {
                terminal.err()
                        .println("Go on: edgewright rollouts resume " + id + "   Go back: edgewright rollouts abort "
                                + id + " --revert");
            }
        });
        return "SUCCEEDED".equals(state) ? 0 : Exit.FAILED.code();
    }

    @Command(
            name = "approve",
            description = "Say yes to the wave that waits for approval.",
            footer = {"", "Example:", "  edgewright rollouts approve r-1"})
    int approve(@Mixin RemoteOptions remote, @Parameters(paramLabel = "ID", description = "The rollout.") String id) {
        return change(remote, id, "approve", null);
    }

    @Command(
            name = "pause",
            description = "Offer to no further device; those on their way go on.",
            footer = {"", "Example:", "  edgewright rollouts pause r-1"})
    int pause(@Mixin RemoteOptions remote, @Parameters(paramLabel = "ID", description = "The rollout.") String id) {
        return change(remote, id, "pause", null);
    }

    @Command(
            name = "resume",
            description = {
                "Go on after a pause or a halt.",
                "After a halt this accepts its verdict: only what is worse, or another gate, halts it again."
            },
            footer = {"", "Example:", "  edgewright rollouts resume r-1"})
    int resume(@Mixin RemoteOptions remote, @Parameters(paramLabel = "ID", description = "The rollout.") String id) {
        return change(remote, id, "resume", null);
    }

    @Command(
            name = "abort",
            description = "End a rollout for good.",
            footer = {"", "Examples:", "  edgewright rollouts abort r-1", "  edgewright rollouts abort r-1 --revert"})
    int abort(
            @Mixin RemoteOptions remote,
            @Parameters(paramLabel = "ID", description = "The rollout.") String id,
            @Option(names = "--revert", description = "Put the devices back to what they had.") boolean revert) {
        return change(remote, id, "abort", JsonNodeFactory.instance.objectNode().put("revert", revert));
    }

    private int change(RemoteOptions remote, String id, String verb, JsonNode body) {
        Session session = shell.connect(remote);
        JsonNode rollout = session.api().post("/rollouts/" + Api.escape(id) + "/" + verb, body);
        String state = Fields.text(rollout, "state");
        session.print(rollout, () -> session.terminal().out().println("Rollout " + id + ": " + state));
        return 0;
    }
}
