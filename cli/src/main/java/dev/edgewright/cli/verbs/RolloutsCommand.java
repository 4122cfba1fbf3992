package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.cli.output.ProgressBar;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
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
@Command(name = "rollouts", aliases = "rollout", description = "Rollouts: create, watch, pause, resume, abort.")
public final class RolloutsCommand extends Noun {
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
                "Waves are cumulative percentages (10%%) or counts of one wave (5), separated by commas; without --waves",
                "there is one wave of all devices. A wave starts when the one before has settled within the failure ratio.",
                "",
                "Examples:",
                "  edgewright rollouts create fashion-mnist --watch",
                "  edgewright rollouts create fashion-mnist --waves 1,25%%,100%% --max-failures 0.05 --watch-seconds 300",
                "  edgewright rollouts create detector --version 3 --query 'device.labels.site == \"berlin\"'",
                "  edgewright rollouts create detector --variant int8-static --max-p95-ms 20"
            })
    int create(
            @Mixin RemoteOptions remote,
            @Parameters(paramLabel = "MODEL", description = "The model.") String model,
            @Option(names = "--version", paramLabel = "V", description = "Version (default: the newest).")
                    String version,
            @Option(
                            names = {"-q", "--query"},
                            paramLabel = "CEL",
                            description = "Only devices that match (default: all).")
                    String query,
            @Option(
                            names = "--variant",
                            paramLabel = "NAME",
                            description = "auto (chosen per device, the default), a name or a digest.")
                    String variant,
            @Option(names = "--waves", paramLabel = "SIZES", description = "Such as 1,25%%,100%%.") String waves,
            @Option(
                            names = "--max-failures",
                            paramLabel = "RATIO",
                            description = "Stop when more than this part of a wave has failed, 0..1 (default: 0).")
                    Double maxFailures,
            @Option(names = "--floor", paramLabel = "A", description = "Lowest accuracy allowed, 0..1.") Double floor,
            @Option(names = "--max-drop", paramLabel = "D", description = "Accuracy that may be lost, 0..1.")
                    Double maxDrop,
            @Option(
                            names = "--watch-seconds",
                            paramLabel = "S",
                            description = "How long a device watches a new variant.")
                    Integer watchSeconds,
            @Option(
                            names = "--max-p95-ms",
                            paramLabel = "MS",
                            description = "A device refuses a variant slower than this.")
                    Double maxP95,
            @Option(names = "--max-memory-mb", paramLabel = "MB", description = "… or one that needs more memory.")
                    Double maxMemoryMb,
            @Option(
                            names = {"-w", "--watch"},
                            description = "Follow it to its end.")
                    boolean watch) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", model);
        put(body, "version", version);
        put(body, "query", query);
        put(body, "variant", variant);
        put(body, "maxFailureRatio", maxFailures);
        put(body, "floor", floor);
        put(body, "maxDrop", maxDrop);
        if (watchSeconds != null) {
            body.put("watchSeconds", watchSeconds);
        }
        if (waves != null) {
            body.set(
                    "waves",
                    WaveSizes.parse(waves)
                            .orElseThrow(() -> usage("--waves " + waves + ": use sizes such as 1,25%,100%")));
        }
        ObjectNode limits = JsonNodeFactory.instance.objectNode();
        put(limits, "maxP95Ms", maxP95);
        if (maxMemoryMb != null) {
            limits.put("maxMemoryBytes", Math.round(maxMemoryMb * 1_000_000));
        }
        if (!limits.isEmpty()) {
            body.set("limits", limits);
        }
        Session session = shell.connect(remote);
        JsonNode rollout = session.api().post("/rollouts", body);
        String id = rollout.path("id").asText();
        if (watch) {
            return follow(session, id);
        }
        session.print(rollout, () -> {
            session.terminal()
                    .out()
                    .println("Rollout " + id + " of " + model + " to " + Fields.text(rollout.path("counts"), "total")
                            + " devices has started.");
            session.terminal().out().println("Follow it: edgewright rollouts watch " + id);
        });
        return 0;
    }

    private static void put(ObjectNode body, String field, String value) {
        if (value != null) {
            body.put(field, value);
        }
    }

    private static void put(ObjectNode body, String field, Double value) {
        if (value != null) {
            body.put(field, value);
        }
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
            description = "Show a rollout: waves, devices, what was decided and why.",
            footer = {"", "Example:", "  edgewright rollouts show r-1"})
    int show(@Mixin RemoteOptions remote, @Parameters(paramLabel = "ID", description = "The rollout.") String id) {
        Session session = shell.connect(remote);
        JsonNode rollout = session.api().get("/rollouts/" + Api.escape(id));
        session.print(rollout, () -> show(session, rollout));
        return 0;
    }

    private static void show(Session session, JsonNode rollout) {
        RolloutView.lines(session.terminal(), rollout)
                .forEach(session.terminal().out()::println);
        Table table = Table.of("wave", "device", "state", "done", "variant", "why / error");
        for (JsonNode wave : rollout.path("waves")) {
            for (JsonNode d : wave.path("devices")) {
                table.row(
                        Cell.number(Fields.text(wave, "index")),
                        Fields.text(d, "id"),
                        Cell.state(Fields.text(d, "state")),
                        ProgressBar.of(session.terminal().plain(), Fields.number(d, "progress"), 1, 10),
                        Fields.text(d, "variant"),
                        d.has("error") ? Fields.text(d, "error") : Fields.text(d, "why"));
            }
        }
        session.terminal().out().println();
        table.print(session.terminal());
        if (!rollout.path("verdicts").isEmpty()) {
            new Sheet(session.terminal()).heading("Decisions");
            rollout.path("verdicts")
                    .forEach(v -> session.terminal()
                            .out()
                            .println("  " + Fields.text(v, "at") + "  wave " + Fields.text(v, "wave") + "  "
                                    + Fields.text(v, "decision") + ": " + Fields.text(v, "reason")));
        }
    }

    @Command(
            name = "watch",
            description = "Follow a rollout with progress bars until it has ended.",
            footer = {
                "",
                "Exits with 0 when it finished, 1 when it was halted or aborted.",
                "",
                "Example:",
                "  edgewright rollouts watch r-1"
            })
    int watch(@Mixin RemoteOptions remote, @Parameters(paramLabel = "ID", description = "The rollout.") String id) {
        return follow(shell.connect(remote), id);
    }

    private int follow(Session session, String id) {
        JsonNode ended = new RolloutWatch(session, clock).until(id);
        session.print(
                ended,
                () -> session.terminal()
                        .out()
                        .println("Rollout " + id + " "
                                + session.terminal()
                                        .styled(
                                                dev.edgewright.cli.output.Terminal.styleOf(Fields.text(ended, "state")),
                                                Fields.text(ended, "state"))
                                + (ended.has("reason") ? ": " + Fields.text(ended, "reason") : "")));
        return "FINISHED".equals(ended.path("state").asText()) ? 0 : Exit.FAILED.code();
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
            description = "Go on after a pause.",
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
        session.print(
                rollout,
                () -> session.terminal().out().println("Rollout " + id + ": " + Fields.text(rollout, "state")));
        return 0;
    }
}
