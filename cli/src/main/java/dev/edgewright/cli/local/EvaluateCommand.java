package dev.edgewright.cli.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.remote.Settings.Output;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.compression.CompressionSettings;
import dev.edgewright.compression.Evaluation;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.runtime.LatencyResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgewright evaluate}: accuracy, latency and size of a model file, alone or beside another. */
@Command(
        name = "evaluate",
        description = "Measure accuracy, latency and size of an ONNX file.",
        footer = {
            "",
            "Latency is of one sample, both models in turn in one process; quiet the machine before you believe it.",
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

    @Option(names = "--against", paramLabel = "FILE", description = "Another ONNX file to compare with.")
    private Path against;

    @Option(
            names = "--threads",
            split = ",",
            paramLabel = "N",
            description = "Numbers of threads to measure latency with (default: 1 and one for each core; 0: none).")
    private List<Integer> threads;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table or json (default: table).")
    private Output output = Output.table;

    public EvaluateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        List<Integer> counts = counts();
        Evaluation result = Guard.of(() -> {
            DataSource source = DataSource.open(data);
            Split samples = source.split(split)
                    .orElseThrow(
                            () -> new CliFailure(Exit.USAGE, "the data has no split " + split, "See its data.yaml."));
            return Evaluation.of(file, against, source, samples, CompressionSettings.defaults(), counts);
        });
        if (output == Output.json) {
            shell.terminal().out().println(json(result).toPrettyString());
        } else {
            print(result);
        }
        return 0;
    }

    private List<Integer> counts() {
        if (threads == null) {
            return IntStream.of(1, Runtime.getRuntime().availableProcessors())
                    .distinct()
                    .boxed()
                    .toList();
        }
        if (threads.stream().anyMatch(count -> count < 0 || count > 1024)) {
            throw new CliFailure(Exit.USAGE, "--threads takes numbers from 0 to 1024", "For example --threads 1,4.");
        }
        return threads.stream().filter(count -> count > 0).distinct().toList();
    }

    private void print(Evaluation result) {
        PrintWriter out = shell.terminal().out();
        AccuracyResult accuracy = result.accuracy();
        out.println(scored(accuracy));
        if (against != null) {
            out.println(against + ": " + scored(result.other()));
            out.println("agrees with it on " + Words.accuracy(accuracy.agreement()) + ", " + accuracy.flips()
                    + " flips, cosine " + String.format(Locale.ROOT, "%.5f", accuracy.cosine()));
        }
        Table table = against == null
                ? Table.of("threads", "p50", "p95", "runs")
                : Table.of("threads", "p50", "p95", "runs", "speed-up");
        for (LatencyResult latency : result.latencies()) {
            Cell count = Cell.number(String.valueOf(latency.threads()));
            Cell p50 = Cell.number(Words.milliseconds(latency.p50Millis()));
            Cell p95 = Cell.number(Words.milliseconds(latency.p95Millis()));
            Cell runs = Cell.number(String.valueOf(latency.runs()));
            if (against == null) {
                table.row(count, p50, p95, runs);
            } else {
                table.row(count, p50, p95, runs, Cell.number(times(1 / latency.relative())));
            }
        }
        if (!table.isEmpty()) {
            table.lines(shell.terminal()).forEach(out::println);
        }
        out.println(Words.bytes(result.bytes())
                + (against == null
                        ? ""
                        : ", " + times((double) result.otherBytes() / result.bytes()) + " smaller than "
                                + Words.bytes(result.otherBytes())));
    }

    private static String scored(AccuracyResult result) {
        return result.metric().label() + " " + result.text(result.value()) + " (" + result.text(result.low()) + " to "
                + result.text(result.high()) + ") on " + result.samples() + " samples";
    }

    private static String times(double ratio) {
        return String.format(Locale.ROOT, "%.2fx", ratio);
    }

    private ObjectNode json(Evaluation result) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("file", file.toString());
        document.put("split", split);
        document.put("bytes", result.bytes());
        accuracy(document.putObject("accuracy"), result.accuracy());
        if (against != null) {
            ObjectNode other = document.putObject("against");
            other.put("file", against.toString());
            other.put("bytes", result.otherBytes());
            accuracy(other.putObject("accuracy"), result.other());
            document.put("agreement", result.accuracy().agreement());
            document.put("flips", result.accuracy().flips());
            document.put("cosine", result.accuracy().cosine());
        }
        for (LatencyResult latency : result.latencies()) {
            ObjectNode row = document.withArray("latencies").addObject();
            row.put("threads", latency.threads());
            row.put("p50Millis", latency.p50Millis());
            row.put("p95Millis", latency.p95Millis());
            row.put("runs", latency.runs());
            if (against != null) {
                row.put("speedUp", 1 / latency.relative());
            }
        }
        return document;
    }

    private static void accuracy(ObjectNode node, AccuracyResult result) {
        node.put("metric", result.metric().label());
        node.put("value", result.value());
        node.put("low", result.low());
        node.put("high", result.high());
        node.put("samples", result.samples());
    }
}
