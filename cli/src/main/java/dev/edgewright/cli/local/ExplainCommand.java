package dev.edgewright.cli.local;

import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.ModelInfo;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.recipe.Recipe;
import dev.edgewright.compression.report.Explanation;
import dev.edgewright.compression.report.Explanation.Arithmetic;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgewright explain}: what a model file is, and what of it runs where. */
@Command(
        name = "explain",
        description =
                "Say what an ONNX file is, and for each kernel that ONNX Runtime makes of it: int8 or float, its time, and why.",
        footer = {
            "",
            "Times are of one sample on one thread. FLOAT in a quantised file comes with the reason.",
            "",
            "Examples:",
            "  edgewright explain examples/fashion-mnist/model.onnx",
            "  edgewright explain variants/int8-static.onnx --data examples/fashion-mnist"
        })
public final class ExplainCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FILE", description = "The ONNX file.")
    private Path file;

    @Option(
            names = {"-d", "--data"},
            paramLabel = "DIR",
            description = "Folder with data.yaml to run a sample of (default: random numbers).")
    private Path data;

    public ExplainCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        ModelInfo model = Guard.of(() -> Compressor.inspect(file));
        Explanation explanation = Guard.of(() -> Explanation.of(file, data == null ? null : DataSource.open(data)));
        Terminal terminal = shell.terminal();
        terminal.out()
                .println(file + ": " + Words.bytes(model.bytes()) + ", " + model.parameters() + " parameters, opset "
                        + model.opset() + (model.quantized() ? ", quantised already" : ""));
        model.inputs().forEach(input -> terminal.out().println("  input   " + input));
        model.outputs().forEach(output -> terminal.out().println("  output  " + output));
        terminal.out()
                .println("  operators  "
                        + model.operators().entrySet().stream()
                                .map(e -> e.getKey() + " x" + e.getValue())
                                .collect(Collectors.joining(", ")));
        model.notes().forEach(note -> terminal.out().println("  note  " + note));
        kernels(explanation);
        if (!model.quantized()) {
            terminal.out().println("Recipes:");
            Recipe.names()
                    .forEach(name -> terminal.out()
                            .println("  " + name + "  " + Recipe.named(name).describe()));
        }
        return 0;
    }

    private void kernels(Explanation explanation) {
        Table table = Table.of("kernel", "operator", "arithmetic", "time", "share", "why");
        for (Explanation.Row row : explanation.rows()) {
            table.row(
                    row.name(),
                    row.op(),
                    row.arithmetic().name(),
                    Cell.number(Words.milliseconds(row.micros() / 1e3)),
                    Cell.number(percent(row.share())),
                    row.reason());
        }
        table.lines(shell.terminal()).forEach(shell.terminal().out()::println);
        StringBuilder sums = new StringBuilder("one run " + Words.milliseconds(explanation.totalMicros() / 1e3));
        for (Arithmetic arithmetic : Arithmetic.values()) {
            double share = explanation.rows().stream()
                    .filter(row -> row.arithmetic() == arithmetic)
                    .mapToDouble(Explanation.Row::share)
                    .sum();
            if (share > 0) {
                sums.append(", ").append(arithmetic).append(' ').append(percent(share));
            }
        }
        shell.terminal().out().println(sums);
        explanation
                .unfused()
                .forEach(finding -> shell.terminal()
                        .out()
                        .println("not fused: " + finding.layer() + " (" + finding.op() + "): " + finding.reason()));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
