package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Terminal.Style;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.Api;
import dev.edgewright.cli.remote.RemoteOptions;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.cli.remote.Shell.Session;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgewright devices}: what is in the fleet. */
@Command(
        name = "devices",
        aliases = "device",
        description = "Devices of the fleet: hardware, state, what runs on them, latency and energy.")
public final class DevicesCommand extends Noun {
    private final Shell shell;
    private final Clock clock;

    public DevicesCommand(Shell shell, Clock clock) {
        this.shell = shell;
        this.clock = clock;
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List devices.",
            footer = {
                "",
                "Examples:",
                "  edgewright devices list",
                "  edgewright devices list --query 'device.arch == \"aarch64\" && device.ram_mb >= 2048'",
                "  edgewright devices list -o json | jq -r '.[].id'"
            })
    int list(
            @Mixin RemoteOptions remote,
            @Option(
                            names = {"-q", "--query"},
                            paramLabel = "CEL",
                            description = "Only devices that match this CEL expression.")
                    String query) {
        Session session = shell.connect(remote);
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("query", query);
        JsonNode devices = session.api().list("/devices", parameters);
        session.print(devices, () -> {
            if (devices.isEmpty()) {
                session.terminal().out().println(query == null ? "No devices yet." : "No device matches.");
                session.terminal()
                        .err()
                        .println(
                                "Start one: edgewright agent --id my-device --trust DIR (see 'edgewright agent --help')");
                return;
            }
            table(devices).print(session.terminal());
        });
        return 0;
    }

    private Table table(JsonNode devices) {
        Table table = Table.of(
                "device",
                "state",
                "arch",
                "cores",
                "ram",
                "model",
                "variant",
                "update",
                "p50",
                "p95",
                "energy/inf",
                "seen");
        for (JsonNode device : devices) {
            JsonNode facts = device.path("facts");
            JsonNode assignment = device.path("assignments").path(0);
            JsonNode telemetry = device.path("telemetry").path(0);
            table.row(
                    Fields.text(device, "id"),
                    Cell.state(Fields.text(device, "state")),
                    Fields.text(facts, "arch"),
                    Cell.number(Fields.text(facts, "cores")),
                    Cell.number(Words.bytes(Fields.number(facts, "ramBytes"))),
                    Fields.text(assignment, "model"),
                    Fields.text(assignment, "activeVariant"),
                    Cell.state(Fields.text(assignment, "state")),
                    Cell.number(Words.milliseconds(Fields.number(telemetry, "p50Ms"))),
                    Cell.number(Words.milliseconds(Fields.number(telemetry, "p95Ms"))),
                    Cell.number(Fields.energy(telemetry)),
                    Cell.number(Fields.age(device, "lastSeen", clock)));
        }
        return table;
    }

    @Command(
            name = "show",
            description = "Show one device: facts, probes, assignments, telemetry.",
            footer = {"", "Example:", "  edgewright devices show gateway-vnni"})
    int show(@Mixin RemoteOptions remote, @Parameters(paramLabel = "ID", description = "The device.") String id) {
        Session session = shell.connect(remote);
        JsonNode device = session.api().get("/devices/" + Api.escape(id));
        session.print(device, () -> people(device, session.terminal()));
        return 0;
    }

    private void people(JsonNode device, Terminal terminal) {
        JsonNode facts = device.path("facts");
        Sheet sheet = new Sheet(terminal);
        sheet.state("state", Fields.text(device, "state"), "seen " + Fields.age(device, "lastSeen", clock) + " ago");
        sheet.line("class", Fields.text(device, "class"));
        sheet.line("labels", Fields.labels(device.path("labels")));
        sheet.line(
                "cpu",
                Fields.text(facts, "cpuModel") + ", " + Fields.text(facts, "cores") + " cores, "
                        + Fields.text(facts, "intraOpThreads") + " used for inference");
        sheet.line("arch", Fields.text(facts, "arch") + ", " + Fields.joined(facts.path("isa"), " "));
        sheet.line(
                "memory",
                Words.bytes(Fields.number(facts, "ramBytes")) + ", disk free "
                        + Words.bytes(Fields.number(facts, "diskFreeBytes")));
        sheet.line(
                "power",
                Fields.text(facts, "power") + ", sensors: " + Fields.joined(facts.path("energySensors"), ", "));
        sheet.line(
                "runtime",
                "ONNX Runtime " + Fields.text(facts, "onnxruntimeVersion") + ", agent "
                        + Fields.text(device, "agentVersion"));
        sheet.line(
                "refused",
                Fields.text(device, "rejected") + " messages; last: " + Fields.text(device, "lastRejection"));
        for (JsonNode a : device.path("assignments")) {
            sheet.heading("Model " + Fields.text(a, "model"));
            sheet.state("update", Fields.text(a, "state"), "rollout " + Fields.text(a, "rollout"));
            sheet.line("serving", Fields.text(a, "activeVariant") + " (" + Fields.digest(a, "activeManifest") + ")");
            sheet.line("assigned", Fields.digest(a, "manifest"));
            sheet.line("why", Fields.text(a, "why"));
            sheet.line(
                    "fetched",
                    Words.bytes(Fields.number(a, "bytesDone")) + " of "
                            + Words.bytes(Fields.number(a, "bytesTotal")) + ", reused "
                            + Words.bytes(Fields.number(a, "bytesReused")));
            if (a.has("error")) {
                sheet.line(
                        "error", Fields.text(a.path("error"), "code") + ": " + Fields.text(a.path("error"), "message"));
            }
        }
        printTelemetry(device.path("telemetry"), terminal);
        printProbes(device.path("probes"), terminal);
    }

    private static void printTelemetry(JsonNode summaries, Terminal terminal) {
        if (summaries.isEmpty()) {
            return;
        }
        terminal.out().println();
        Table table = Table.of("model", "variant", "requests", "errors", "p50", "p95", "p99", "energy/inf");
        for (JsonNode t : summaries) {
            table.row(
                    Fields.text(t, "model"),
                    Fields.text(t, "variant"),
                    Cell.number(Fields.text(t, "requests")),
                    Cell.number(Fields.text(t, "errors")),
                    Cell.number(Words.milliseconds(Fields.number(t, "p50Ms"))),
                    Cell.number(Words.milliseconds(Fields.number(t, "p95Ms"))),
                    Cell.number(Words.milliseconds(Fields.number(t, "p99Ms"))),
                    Cell.number(Fields.energy(t)));
        }
        table.print(terminal);
    }

    private static void printProbes(JsonNode probes, Terminal terminal) {
        if (probes.isEmpty()) {
            return;
        }
        terminal.out().println();
        Table table = Table.of("probe", "precision", "size", "threads", "median", "p95");
        for (JsonNode p : probes) {
            table.row(
                    Fields.text(p, "kernel"),
                    Fields.text(p, "precision"),
                    Fields.text(p, "size"),
                    Cell.number(Fields.text(p, "threads")),
                    Cell.number(Words.milliseconds(Fields.number(p, "medianUs") / 1000)),
                    Cell.number(Words.milliseconds(Fields.number(p, "p95Us") / 1000)));
        }
        table.print(terminal);
    }

    @Command(
            name = "label",
            description = "Set labels (key=value) or take them away (key-).",
            footer = {
                "",
                "Examples:",
                "  edgewright devices label cam-1 site=berlin ring=canary",
                "  edgewright devices label cam-1 ring-"
            })
    int label(
            @Mixin RemoteOptions remote,
            @Parameters(index = "0", paramLabel = "ID", description = "The device.") String id,
            @Parameters(index = "1..*", arity = "1..*", paramLabel = "LABEL", description = "key=value or key-")
                    String[] labels) {
        ObjectNode set = JsonNodeFactory.instance.objectNode();
        for (String label : labels) {
            int equals = label.indexOf('=');
            if (equals > 0) {
                set.put(label.substring(0, equals), label.substring(equals + 1));
            } else if (label.endsWith("-") && label.length() > 1) {
                set.putNull(label.substring(0, label.length() - 1));
            } else {
                throw usage("'" + label + "' is neither key=value nor key-");
            }
        }
        Session session = shell.connect(remote);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("labels", set);
        JsonNode device = session.api().patch("/devices/" + Api.escape(id), body);
        session.print(
                device,
                () -> session.terminal()
                        .out()
                        .println(id + ": "
                                + session.terminal().styled(Style.GOOD, Fields.labels(device.path("labels")))));
        return 0;
    }

    @Command(
            name = "forget",
            description = "Forget a device; it comes back when it says hello again.",
            footer = {"", "Example:", "  edgewright devices forget cam-1"})
    int forget(@Mixin RemoteOptions remote, @Parameters(paramLabel = "ID", description = "The device.") String id) {
        Session session = shell.connect(remote);
        JsonNode answer = session.api().delete("/devices/" + Api.escape(id));
        session.print(answer, () -> session.terminal().out().println("Forgot " + id + "."));
        return 0;
    }
}
