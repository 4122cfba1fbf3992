package dev.edgewright.cli.local;

import dev.edgewright.training.child.TrainMain;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code edgewright train}: what a job file describes, in a child process. */
@Command(
        name = "train",
        description = "Train, distil or prune as a job file says (see docs/training.md).",
        footer = {"", "Example:", "  edgewright train examples/fashion-mnist/train.yaml result"})
public final class TrainCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "JOB", description = "The job file.")
    private Path job;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DIR",
            description = "Folder for the result (default: as the job says).")
    private Path result;

    @Override
    public Integer call() {
        TrainMain.main(
                result == null ? new String[] {job.toString()} : new String[] {job.toString(), result.toString()});
        return 0;
    }
}
