package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.Api;
import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.remote.RemoteOptions;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.cli.remote.Shell.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgewright models}: what can be rolled out. */
@Command(name = "models", aliases = "model", description = "Models: import, list, show.")
public final class ModelsCommand extends Noun {
    private final Shell shell;
    private final Clock clock;

    public ModelsCommand(Shell shell, Clock clock) {
        this.shell = shell;
        this.clock = clock;
    }

    @Command(
            name = "import",
            description = "Import an ONNX file, with data to calibrate and evaluate its variants.",
            footer = {
                "",
                "With --data, variants are made at once and the command waits for them. The folder holds data.yaml and the",
                "IDX or NPY files it names; see examples/fashion-mnist.",
                "",
                "Examples:",
                "  edgewright models import fashion-mnist examples/fashion-mnist/model.onnx --data examples/fashion-mnist",
                "  edgewright models import detector best.onnx --version 2026-11 --no-variants",
                "  edgewright models import detector best.onnx --data data/ --recipe fp32 --recipe int8-static"
            })
    int importModel(
            @Mixin RemoteOptions remote,
            @Parameters(index = "0", paramLabel = "NAME", description = "Name of the model.") String name,
            @Parameters(index = "1", paramLabel = "FILE", description = "The ONNX file.") Path file,
            @Option(names = "--version", paramLabel = "V", description = "Version (default: the next whole number).")
                    String version,
            @Option(
                            names = {"-d", "--data"},
                            paramLabel = "DIR",
                            description = "Folder with data.yaml and the files that it names.")
                    Path data,
            @Option(
                            names = {"-r", "--recipe"},
                            paramLabel = "RECIPE",
                            description = "Make these variants instead of the usual ones; may be repeated.")
                    List<String> recipes,
            @Option(names = "--no-variants", description = "Make no variants now.") boolean noVariants,
            @Option(names = "--no-wait", description = "Do not wait until the variants are made.") boolean noWait) {
        if (!Files.isRegularFile(file)) {
            throw new CliFailure(Exit.USAGE, "no file " + file, "Give the path of an ONNX file.");
        }
        Session session = shell.connect(remote);
        boolean ours = noVariants || recipes != null;
        String mode = ours ? "none" : null;
        String path = "/models/" + Api.escape(name);
        JsonNode model = Uploads.send(
                session,
                "POST",
                path + Uploads.query("version", version, "variants", mode),
                "application/octet-stream",
                file);
        if (data != null) {
            Path zip = Uploads.zip(data);
            try {
                model = Uploads.send(
                        session, "PUT", path + "/data" + Uploads.query("variants", mode), "application/zip", zip);
            } finally {
                Uploads.delete(zip);
            }
        }
        String job = model.path("job").asText("");
        if (recipes != null && !noVariants) {
            job = makeVariants(session, name, version, recipes);
        }
        String note = job.isEmpty() ? "" : job;
        JsonNode imported = model;
        if (!note.isEmpty() && !noWait) {
            JsonNode done = new JobWatch(session, clock).until(note);
            if (!"SUCCEEDED".equals(done.path("state").asText())) {
                throw JobsCommand.failed(done);
            }
        }
        session.print(imported, () -> imported(session, imported, note, noWait, data != null));
        return 0;
    }

    private static String makeVariants(Session session, String name, String version, List<String> recipes) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (version != null) {
            body.put("version", version);
        }
        ArrayNode list = body.putArray("recipes");
        recipes.stream()
                .flatMap(r -> java.util.Arrays.stream(r.split(",")))
                .map(String::strip)
                .forEach(list::add);
        return session.api()
                .post("/models/" + Api.escape(name) + "/variants", body)
                .path("job")
                .asText();
    }

    private static void imported(Session session, JsonNode model, String job, boolean noWait, boolean withData) {
        String name = Fields.text(model, "name");
        JsonNode newest = model.path("versions").path(0);
        var out = session.terminal().out();
        out.println("Imported " + name + " version " + Fields.text(newest, "version") + " ("
                + Words.bytes(Fields.number(newest, "sizeBytes")) + ").");
        if (!job.isEmpty() && noWait) {
            out.println("Variants are being made: edgewright jobs show " + job);
        } else if (!job.isEmpty()) {
            out.println("Variants: edgewright variants list " + name);
        } else if (!withData) {
            out.println("No data yet, so no variants: edgewright models import " + name + " FILE --data DIR");
        }
        out.println("Roll it out:  edgewright rollouts create " + name + " --watch");
    }

    @Command(
            name = "list",
            aliases = "ls",
            description = "List models.",
            footer = {"", "Example:", "  edgewright models list"})
    int list(@Mixin RemoteOptions remote) {
        Session session = shell.connect(remote);
        JsonNode models = session.api().list("/models", Map.of());
        session.print(models, () -> {
            if (models.isEmpty()) {
                session.terminal().out().println("No models yet.");
                session.terminal().err().println("Import one: edgewright models import NAME FILE.onnx --data DIR");
                return;
            }
            Table table = Table.of("model", "version", "size", "opset", "parameters", "data", "imported");
            for (JsonNode model : models) {
                for (JsonNode v : model.path("versions")) {
                    table.row(
                            Fields.text(model, "name"),
                            Fields.text(v, "version"),
                            Cell.number(Words.bytes(Fields.number(v, "sizeBytes"))),
                            Cell.number(Fields.text(v, "opset")),
                            Cell.number(Fields.text(v, "parameters")),
                            model.path("dataPresent").asBoolean() ? "yes" : "no",
                            Cell.number(Fields.age(v, "importedAt", clock)));
                }
            }
            table.print(session.terminal());
        });
        return 0;
    }

    @Command(
            name = "show",
            description = "Show one model: versions, inputs, outputs.",
            footer = {"", "Example:", "  edgewright models show fashion-mnist"})
    int show(@Mixin RemoteOptions remote, @Parameters(paramLabel = "NAME", description = "The model.") String name) {
        Session session = shell.connect(remote);
        JsonNode model = session.api().get("/models/" + Api.escape(name));
        session.print(model, () -> {
            Sheet sheet = new Sheet(session.terminal());
            sheet.line("model", Fields.text(model, "name"));
            sheet.line(
                    "data", model.path("dataPresent").asBoolean() ? "present" : "none: variants cannot be calibrated");
            for (JsonNode v : model.path("versions")) {
                sheet.heading("Version " + Fields.text(v, "version"));
                sheet.line("digest", Fields.text(v, "digest"));
                sheet.line(
                        "size",
                        Words.bytes(Fields.number(v, "sizeBytes")) + ", " + Fields.text(v, "parameters")
                                + " parameters, opset " + Fields.text(v, "opset"));
                v.path("inputs").forEach(t -> sheet.line("input", Fields.shape(t)));
                v.path("outputs").forEach(t -> sheet.line("output", Fields.shape(t)));
                sheet.line("operators", Fields.counts(v.path("operators")));
            }
        });
        return 0;
    }
}
