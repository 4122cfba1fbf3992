package dev.edgewright.cli.local;

import dev.edgewright.cli.output.LiveView;
import dev.edgewright.cli.output.Table;
import dev.edgewright.cli.output.Table.Cell;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.remote.Shell;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.child.TrainingChild;
import dev.edgewright.training.child.TrainingJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code edgewright train}: what a job file describes, in a child process. */
@Command(
        name = "train",
        description = {
            "Train an ONNX graph as a job file says: from scratch, or to make it smaller without losing its accuracy.",
            "Stop it with Ctrl-C whenever you like; the same command goes on after the last whole epoch."
        },
        footer = {
            "",
            "A job, small and whole (data/data.yaml names splits train, validation and test):",
            "  graph: model.onnx                  # or architecture: resnet20, resnet8, lenet, mobilenet, ds-cnn, encoder, mlp",
            "  teacher: model.onnx                # optional: also learn from this graph; labels are then optional, too",
            "  data: {source: data}               # folder with a data.yaml, or that file",
            "  training: {epochs: 8, batch: 64, rate: 0.01, schedule: cosine, momentum: 0.9, clipNorm: 1, seed: 7}",
            "  augment: {flip: 1, shift: 2}       # images only; also cutout",
            "  steps:                             # optional; without them, one training",
            "    - {do: prune, share: 0.5, rounds: 3, epochs: 2}    # half of the multiply-adds, in three cuts",
            "    - {do: qat, bits: 8, epochs: 2, rate: 0.005}       # int8, trained through its rounding",
            "  result: out                        # model.onnx, a file for each step, report.html, training.json, checkpoints",
            "",
            "Steps: train, prune, sparsify, low-rank, narrow, shallow, qat. All keys: docs/training.md.",
            "",
            "Examples:",
            "  edgewright train job.yaml",
            "  edgewright train examples/fashion-mnist/train.yaml result --threads 2 --memory-mb 3000"
        })
public final class TrainCommand implements Callable<Integer> {

    private static final int INTERRUPTED = 130;

    private final Shell shell;

    @Parameters(index = "0", paramLabel = "JOB", description = "The job file.")
    private Path file;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DIR",
            description = "Folder for the result (default: as the job says).")
    private Path result;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that train, 0 for all (default: as the job says).")
    private Integer threads;

    @Option(
            names = "--memory-mb",
            paramLabel = "N",
            description = "End the training when it holds more memory than this (default: no limit).")
    private int memoryMb;

    @Option(
            names = "--heap-mb",
            paramLabel = "N",
            description = "Java heap, for data that does not fit (default: as the job says, else 1024).")
    private Integer heapMb;

    private volatile boolean stopping;

    public TrainCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        TrainingJob job = job();
        Terminal terminal = shell.terminal();
        Path folder = Path.of(job.result());
        try (LiveView view = new LiveView(terminal)) {
            view.note((Files.exists(folder) ? "Going on with what is in " : "Training into ") + folder);
            TrainProgress progress = new TrainProgress(terminal, view);
            Map<String, Object> record;
            try (TrainingChild child =
                    TrainingChild.start(job, TrainingChild.Limits.standard().withMemoryMb(memoryMb), progress)) {
                Thread hook = new Thread(() -> stop(child, progress, folder), "stop-training");
                Runtime.getRuntime().addShutdownHook(hook);
                record = child.result().join();
                Runtime.getRuntime().removeShutdownHook(hook);
            }
            view.show(List.of());
            print(record, folder);
            return 0;
        } catch (CompletionException e) {
            if (stopping) {
                return INTERRUPTED;
            }
            throw e.getCause() instanceof TrainingException error ? failure(error, folder) : e;
        } catch (TrainingException e) {
            throw failure(e, folder);
        }
    }

    private TrainingJob job() {
        if (!Files.isRegularFile(file)) {
            throw new CliFailure(
                    Exit.USAGE, "there is no job file " + file, "'edgewright train --help' shows a small one to copy.");
        }
        try {
            TrainingJob job = TrainingJob.read(file);
            job = result == null ? job : job.withResult(result);
            job = threads == null ? job : job.withThreads(threads);
            return heapMb == null ? job : job.withHeapMb(heapMb);
        } catch (TrainingException e) {
            throw new CliFailure(Exit.USAGE, e.getMessage(), "'edgewright train --help' shows a small job to copy.");
        }
    }

    /** On Ctrl-C: lets the child write what it may, and says what is kept. */
    private void stop(TrainingChild child, TrainProgress progress, Path folder) {
        stopping = true;
        child.cancel();
        try {
            child.result().handle((record, error) -> record).get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            child.close();
        }
        shell.terminal()
                .err()
                .println("\nstopped" + (progress.kept() == 0 ? "" : " after epoch " + progress.kept())
                        + "; whole epochs are kept in " + folder + ": the same command goes on from there");
        shell.terminal().err().flush();
    }

    private static CliFailure failure(TrainingException error, Path folder) {
        return new CliFailure(Exit.FAILED, error.getMessage() + " (" + error.code() + ")", hint(error.code(), folder));
    }

    private static String hint(TrainingException.Code code, Path folder) {
        return switch (code) {
            case CHECKPOINT_INVALID, DATA_CHANGED ->
                "Give another result folder, or remove the checkpoints in " + folder + " to begin again.";
            case CHILD_DIED -> "The same command goes on. If it dies again: --threads, --heap-mb, a smaller batch.";
            case DIVERGED -> "Lower training.rate (a tenth is a good next try), or set training.clipNorm: 1.";
            case OUTPUT_FAILED -> "Make room or give another folder; the same command goes on.";
            case ENGINE_UNAVAILABLE -> "Training needs Linux on x86-64 and 500 MB of disk for libtorch.";
            case CANCELLED -> "The same command goes on.";
            case DATA_INVALID, LABEL_OUT_OF_RANGE, CLASS_EMPTY -> "docs/training.md says what data looks like.";
            default -> "";
        };
    }

    private void print(Map<String, Object> record, Path folder) {
        Terminal terminal = shell.terminal();
        Table table = Table.of("file", "size", "multiply-adds", "validation", "unbeaten");
        for (Object one : (List<?>) record.get("front")) {
            Map<?, ?> point = (Map<?, ?>) one;
            table.row(
                    folder.resolve(String.valueOf(point.get("file"))),
                    Cell.number(Words.bytes(((Number) point.get("bytes")).doubleValue())),
                    Cell.number(String.format(Locale.ROOT, "%,d", ((Number) point.get("macs")).longValue())),
                    Cell.number(accuracy(point.get("validationAccuracy"))),
                    Boolean.TRUE.equals(point.get("unbeaten")) ? "yes" : "");
        }
        table.print(terminal);
        score(record, "validation", "");
        score(record, "test", " on " + record.get("testSamples") + " samples");
        if (record.get("speedup") instanceof Number speedup) {
            terminal.out()
                    .printf(
                            Locale.ROOT,
                            "%.2f times as fast as the teacher here (%.3f ms, one thread)%n",
                            speedup.doubleValue(),
                            ((Number) record.get("p50Millis")).doubleValue());
        }
        terminal.out().println("report: " + folder.resolve("report.html"));
    }

    private static String accuracy(Object value) {
        return value instanceof Number share && !Double.isNaN(share.doubleValue())
                ? Words.accuracy(share.doubleValue())
                : Words.UNKNOWN;
    }

    private void score(Map<String, Object> record, String split, String samples) {
        if (record.get(split + "Accuracy") instanceof Number share) {
            String width = record.get(split + "HalfWidth95") instanceof Number half
                    ? String.format(Locale.ROOT, " (95 %%: +-%.2f points)", 100 * half.doubleValue())
                    : "";
            shell.terminal()
                    .out()
                    .println(split + ": " + Words.accuracy(share.doubleValue()) + " right" + width + samples);
        } else if (record.get(split + "SquaredError") instanceof Number error) {
            shell.terminal()
                    .out()
                    .println(split + ": mean squared error " + String.format(Locale.ROOT, "%.5g", error.doubleValue())
                            + samples);
        } else if (record.get(split + "Cosine") instanceof Number cosine) {
            shell.terminal()
                    .out()
                    .println(split + ": cosine to the teacher "
                            + String.format(Locale.ROOT, "%.4f", cosine.doubleValue()) + samples);
        }
    }
}
