package dev.edgewright.cli.local;

import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.evaluation.Evaluator;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgewright evaluate}: the accuracy of a model file on data, and how far it agrees with another. */
@Command(
        name = "evaluate",
        description = "Measure the accuracy of an ONNX file on data.",
        footer = {
            "",
            "Examples:",
            "  edgewright evaluate examples/fashion-mnist/model.onnx --data examples/fashion-mnist --split test",
            "  edgewright evaluate variants/int8-static.onnx --data examples/fashion-mnist --against model.onnx"
        })
public final class EvaluateCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "FILE", description = "The ONNX file.")
    private Path file;

    @Option(
            names = {"-d", "--data"},
            required = true,
            paramLabel = "DIR",
            description = "Folder with data.yaml.")
    private Path data;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            description = "calibration, validation or test (default: validation).")
    private String split = DataSource.VALIDATION;

    @Option(
            names = "--against",
            paramLabel = "FILE",
            description = "Another ONNX file to agree with (default: itself).")
    private Path against;

    public EvaluateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        return Guard.of(() -> {
            DataSource source = DataSource.open(data);
            Split samples = source.split(split)
                    .orElseThrow(
                            () -> new CliFailure(Exit.USAGE, "the data has no split " + split, "See its data.yaml."));
            Evaluator evaluator = new Evaluator(samples, source.task(), 32);
            try (ModelSession original = ModelSession.open(against == null ? file : against, SessionSettings.single());
                    ModelSession model = ModelSession.open(file, SessionSettings.single())) {
                Evaluator.Original reference = evaluator.original(original);
                print(evaluator.evaluate(model, reference.reference()));
            }
            return 0;
        });
    }

    private void print(AccuracyResult result) {
        shell.terminal()
                .out()
                .println(result.metric().label() + " " + result.text(result.value()) + " (" + result.text(result.low())
                        + " to " + result.text(result.high()) + ") on " + result.samples() + " samples"
                        + (against == null
                                ? ""
                                : ", agrees with " + against + " on " + Words.accuracy(result.agreement()) + ", "
                                        + result.flips() + " flips, cosine "
                                        + String.format(Locale.ROOT, "%.5f", result.cosine())));
    }
}
