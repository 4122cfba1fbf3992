package dev.edgewright.cli.local;

import dev.edgewright.cli.output.LiveView;
import dev.edgewright.cli.output.ProgressBar;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Words;
import dev.edgewright.training.trainer.EpochReport;
import dev.edgewright.training.trainer.TrainingListener;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Shows a training: a line for every epoch that stays, and below it, on a terminal, a bar over the epoch that runs. */
final class TrainProgress implements TrainingListener {

    private static final int WIDTH = 30;

    private final Terminal terminal;
    private final LiveView view;
    private double secondsPerEpoch;
    private int epochs;
    private int kept;
    private String stage = "";

    TrainProgress(Terminal terminal, LiveView view) {
        this.terminal = terminal;
        this.view = view;
    }

    /** Epochs that ended since this began: what a checkpoint holds. */
    int kept() {
        return kept;
    }

    @Override
    public void started(String engine, long steps) {
        if (stage.isEmpty()) {
            view.note(engine);
        }
    }

    @Override
    public void stage(String name) {
        stage = name;
        epochs = 0;
        view.note(name);
    }

    @Override
    public void step(int epoch, int step, int steps, double loss) {
        view.show(List.of(line(epoch, step, steps, loss)));
    }

    String line(int epoch, int step, int steps, double loss) {
        return ProgressBar.of(terminal, step, steps, WIDTH)
                + String.format(Locale.ROOT, " epoch %d%s, step %d/%d, loss %.4f", epoch, of(), step, steps, loss)
                + left(epoch, (double) step / steps);
    }

    private String of() {
        return epochs == 0 ? "" : "/" + epochs;
    }

    private String left(int epoch, double done) {
        if (secondsPerEpoch == 0) {
            return "";
        }
        long millis = Math.round(1000 * secondsPerEpoch * Math.max(0, epochs - epoch + 1 - done));
        return ", about " + Words.duration(Duration.ofMillis(millis)) + " left"
                + (stage.isEmpty() ? "" : " of this step");
    }

    @Override
    public void epoch(EpochReport report) {
        secondsPerEpoch = report.seconds();
        epochs = report.epochs();
        kept = report.epoch();
        view.show(List.of());
        view.note(words(report));
    }

    static String words(EpochReport report) {
        String accuracy = Double.isNaN(report.validationAccuracy())
                ? ""
                : ", " + Words.accuracy(report.validationAccuracy()) + " right";
        return String.format(
                Locale.ROOT,
                "epoch %d/%d  loss %.4f  validation: loss %.4f%s  %s%s",
                report.epoch(),
                report.epochs(),
                report.loss(),
                report.validationLoss(),
                accuracy,
                Words.duration(Duration.ofMillis(Math.round(1000 * report.seconds()))),
                (report.best() ? "  best so far" : "")
                        + (report.stepsLeftOut() > 0
                                ? "  " + report.stepsLeftOut() + " steps left out: no finite gradient"
                                : ""));
    }
}
