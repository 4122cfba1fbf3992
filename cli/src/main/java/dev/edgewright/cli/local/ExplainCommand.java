package dev.edgewright.cli.local;

import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.ModelInfo;
import dev.edgewright.compression.recipe.Recipe;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code edgewright explain}: what a model file is, and what can be made of it. */
@Command(
        name = "explain",
        description = "Say what an ONNX file is and which recipes there are.",
        footer = {"", "Example:", "  edgewright explain examples/fashion-mnist/model.onnx"})
public final class ExplainCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FILE", description = "The ONNX file.")
    private Path file;

    public ExplainCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        ModelInfo model = Guard.of(() -> Compressor.inspect(file));
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
        terminal.out().println("Recipes:");
        Recipe.names()
                .forEach(name -> terminal.out()
                        .println("  " + name + "  " + Recipe.named(name).describe()));
        return 0;
    }
}
