package dev.edgewright.cli.local;

import dev.edgewright.cli.output.LiveView;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.Progress;
import dev.edgewright.compression.Saturation;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.report.Report;
import dev.edgewright.compression.search.Constraints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgewright compress}: makes variants of a model file here. */
@Command(
        name = "compress",
        description = {
            "Make variants of an ONNX file here, and measure them against the original. report.html and report.json, beside the",
            "variants, tell how each was made. What was measured is kept there: the same command goes on after a kill."
        },
        footer = {
            "",
            "Examples:",
            "  edgewright compress examples/fashion-mnist/model.onnx --data examples/fashion-mnist --out variants",
            "  edgewright compress model.onnx --data data --recipe int8-static --out variants --threads 2",
            "  edgewright compress model.onnx --data data --recipe auto --budget 10m --max-drop 0.5 --target avx2"
        })
public final class CompressCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FILE", description = "The ONNX file.")
    private Path file;

    @Option(
            names = {"-d", "--data"},
            paramLabel = "DIR",
            description = "Folder with data.yaml; without it nothing is calibrated.")
    private Path data;

    @Option(
            names = {"-r", "--recipe"},
            paramLabel = "RECIPE",
            description = "One of those below, or a YAML file with steps; may be repeated (default: int8-static).")
    private List<String> recipes = List.of("int8-static");

    @Option(names = "--out", paramLabel = "DIR", description = "Where the variants go (default: variants).")
    private Path out = Path.of("variants");

    @Option(names = "--threads", paramLabel = "N", description = "Threads while latency is measured (default: 1).")
    private int threads = 1;

    @Option(
            names = "--budget",
            paramLabel = "TIME",
            description = "What the recipe auto may spend: 90s, 10m, 1h (default: 10m).")
    private String budget = "10m";

    @Option(
            names = "--max-drop",
            paramLabel = "POINTS",
            description = "The most that a recommended variant may lose, in points of the metric (default: 1).")
    private double maxDrop = 1;

    @Option(
            names = "--max-size",
            paramLabel = "SIZE",
            description = "The largest file that is recommended: 300kB, 5MB (default: any).")
    private String maxSize;

    @Option(
            names = "--target",
            paramLabel = "ISA",
            description = "What auto makes files for: vnni, avx2 (x86 without VNNI) or arm64 (default: vnni).")
    private String target;

    @Option(
            names = "--without-vnni",
            description = "Also compute what plain int8 files would give on x86 without VNNI (auto does so by itself).")
    private boolean withoutVnni;

    private CompressCommand(Shell shell) {
        this.shell = shell;
    }

    /** The verb, whose help names every recipe that there is. */
    public static CommandLine line(Shell shell) {
        CommandLine line = new CommandLine(new CompressCommand(shell));
        List<String> footer = new ArrayList<>(List.of("", "Recipes:"));
        Recipe.names().forEach(name -> footer.add(String.format("  %-21s%s", name, Recipe.description(name))));
        footer.addAll(List.of(line.getCommandSpec().usageMessage().footer()));
        line.getCommandSpec().usageMessage().footer(footer.toArray(String[]::new));
        return line;
    }

    @Override
    public Integer call() {
        Terminal terminal = shell.terminal();
        Constraints constraints = constraints();
        List<Recipe> wanted = recipes.stream().map(CompressCommand::recipe).toList();
        DataSource source = data == null ? null : Guard.of(() -> DataSource.open(data));
        Compressor compressor = new Compressor(CompressionSettings.defaults().withThreads(threads));
        List<Candidate> candidates = new ArrayList<>();
        Compressor.Result result = null;
        for (Recipe recipe : wanted) {
            try (LiveView view = new LiveView(terminal)) {
                CompressProgress progress =
                        new CompressProgress(terminal, recipe.equals(Recipe.AUTO), constraints.budget());
                Progress shown =
                        (stage, candidate, fraction) -> view.show(List.of(progress.line(stage, candidate, fraction)));
                result = Guard.of(() -> recipe.equals(Recipe.AUTO)
                        ? compressor.search(file, source, constraints, out, shown)
                        : compressor.compress(file, source, recipe, out, shown));
                view.show(List.of());
                if (candidates.isEmpty()) {
                    candidates.add(result.original());
                }
                candidates.addAll(result.candidates());
            }
        }
        table(candidates).print(terminal);
        Compressor.Result last = withoutVnni ? saturated(result, source, terminal) : result;
        if (wanted.contains(Recipe.AUTO)) {
            terminal.out().println();
            terminal.out()
                    .println(last.recommended()
                            .map(name -> "Recommended: " + name)
                            .orElse("No variant was faster and kept the constraints: stay with the original."));
            terminal.out().println("No other beats: " + String.join(", ", last.front()));
        }
        terminal.out().println("Report: " + Guard.of(() -> Report.write(last, out)));
        return 0;
    }

    private static Compressor.Result saturated(Compressor.Result result, DataSource source, Terminal terminal) {
        List<Saturation> computed = new ArrayList<>();
        for (Candidate candidate : result.candidates()) {
            Guard.of(() -> Saturation.of(candidate, result.original(), source, CompressionSettings.defaults()))
                    .ifPresent(computed::add);
        }
        computed.forEach(one -> terminal.out()
                .println(one.candidate() + " on x86 without VNNI: "
                        + Words.accuracy(one.saturating().value()) + " instead of "
                        + Words.accuracy(one.exact().value()) + " on "
                        + one.exact().samples() + " samples"));
        return result.withSaturation(computed);
    }

    private static Recipe recipe(String name) {
        if (!name.endsWith(".yaml") && !name.endsWith(".yml")) {
            return Guard.of(() -> Recipe.named(name));
        }
        try {
            String yaml = Files.readString(Path.of(name));
            return Guard.of(() -> Recipe.parse(yaml));
        } catch (IOException e) {
            throw new CliFailure(Exit.USAGE, "cannot read the recipe " + name + ": " + e.getMessage(), "");
        }
    }

    private Constraints constraints() {
        try {
            Constraints constraints = Constraints.defaults()
                    .withBudget(Amounts.duration(budget))
                    .withMaxDrop(maxDrop / 100)
                    .withMaxBytes(maxSize == null ? Long.MAX_VALUE : Amounts.bytes(maxSize));
            return target == null ? constraints : constraints.withTarget(target);
        } catch (IllegalArgumentException e) {
            throw new CliFailure(Exit.USAGE, e.getMessage(), "");
        }
    }

    private static Table table(List<Candidate> candidates) {
        Table table = Table.of("variant", "size", "accuracy", "agrees", "p50", "p95", "time", "faster", "file");
        for (Candidate c : candidates) {
            table.row(
                    c.name(),
                    Cell.number(Words.bytes(c.bytes())),
                    Cell.number(c.accuracy().map(a -> Words.accuracy(a.value())).orElse(Words.UNKNOWN)),
                    Cell.number(
                            c.accuracy().map(a -> Words.accuracy(a.agreement())).orElse(Words.UNKNOWN)),
                    Cell.number(Words.milliseconds(c.latency().p50Millis())),
                    Cell.number(Words.milliseconds(c.latency().p95Millis())),
                    Cell.number(Words.percent(c.latency().relative())),
                    c.fasterThanOriginal() ? "yes" : "no",
                    c.file());
        }
        return table;
    }
}
