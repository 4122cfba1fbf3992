package dev.edgewright.cli.local;

import dev.edgewright.cli.output.LiveView;
import dev.edgewright.cli.output.ProgressBar;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.recipe.Recipe;
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
        description = "Make variants of an ONNX file here, and measure them against the original.",
        footer = {
            "",
            "Examples:",
            "  edgewright compress examples/fashion-mnist/model.onnx --data examples/fashion-mnist --out variants",
            "  edgewright compress model.onnx --data data --recipe int8-static --out variants --threads 2"
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
            description = "One of those below; may be repeated (default: int8-static).")
    private List<String> recipes = List.of("int8-static");

    @Option(names = "--out", paramLabel = "DIR", description = "Where the variants go (default: variants).")
    private Path out = Path.of("variants");

    @Option(names = "--threads", paramLabel = "N", description = "Threads while latency is measured (default: 1).")
    private int threads = 1;

    private CompressCommand(Shell shell) {
        this.shell = shell;
    }

    /** The verb, whose help names every recipe that there is. */
    public static CommandLine line(Shell shell) {
        CommandLine line = new CommandLine(new CompressCommand(shell));
        List<String> footer = new ArrayList<>(List.of("", "Recipes:"));
        Recipe.names().forEach(name -> footer.add(String.format("  %-18s%s", name, Recipe.description(name))));
        footer.addAll(List.of(line.getCommandSpec().usageMessage().footer()));
        line.getCommandSpec().usageMessage().footer(footer.toArray(String[]::new));
        return line;
    }

    @Override
    public Integer call() {
        Terminal terminal = shell.terminal();
        DataSource source = data == null ? null : Guard.of(() -> DataSource.open(data));
        Compressor compressor = new Compressor(CompressionSettings.defaults().withThreads(threads));
        List<Candidate> candidates = new ArrayList<>();
        for (String name : recipes) {
            Recipe recipe = Guard.of(() -> Recipe.named(name));
            try (LiveView view = new LiveView(terminal)) {
                Compressor.Result result = Guard.of(() -> compressor.compress(
                        file,
                        source,
                        recipe,
                        out,
                        (stage, candidate, fraction) -> view.show(
                                List.of(ProgressBar.of(terminal, fraction, 1, 30) + " " + candidate + ": " + stage))));
                view.show(List.of());
                if (candidates.isEmpty()) {
                    candidates.add(result.original());
                }
                candidates.addAll(result.candidates());
            }
        }
        table(candidates).print(terminal);
        return 0;
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
