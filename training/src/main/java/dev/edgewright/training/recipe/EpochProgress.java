package dev.edgewright.training.recipe;

import dev.edgewright.compression.Progress;
import dev.edgewright.training.child.TrainingJob;
import dev.edgewright.training.trainer.EpochReport;
import dev.edgewright.training.trainer.TrainingListener;
import java.util.List;
import java.util.Locale;

/** Tells a compression's listener how far a training is, and asks it whether to go on. */
final class EpochProgress implements TrainingListener {

    private final Progress progress;
    private final double epochs;
    private String stage = "";
    private int finished;
    private int inStage;
    private volatile boolean stop;

    EpochProgress(Progress progress, List<TrainingJob.Step> steps, int usual) {
        this.progress = progress;
        double sum = 0;
        for (TrainingJob.Step step : steps) {
            boolean trains =
                    !step.technique().equals("narrow") && !step.technique().equals("shallow");
            int rounds = step.technique().equals("prune") ? (step.rounds() == null ? 2 : step.rounds()) : 1;
            sum += trains ? rounds * (step.epochs() == null ? usual : step.epochs()) : 0;
        }
        this.epochs = Math.max(1, sum);
    }

    @Override
    public void stage(String name) {
        stage = name + " ";
        finished += inStage;
        inStage = 0;
    }

    @Override
    public void step(int epoch, int step, int steps, double loss) {
        tell(
                String.format(
                        Locale.ROOT,
                        "%sepoch %d, %d %%, loss %.3f",
                        stage,
                        epoch,
                        Math.round(100.0 * step / steps),
                        loss),
                finished + epoch - 1 + (double) step / steps);
    }

    @Override
    public void epoch(EpochReport report) {
        inStage = report.epoch();
        String accuracy = Double.isNaN(report.validationAccuracy())
                ? ""
                : String.format(Locale.ROOT, ", validation %.2f %%", 100 * report.validationAccuracy());
        tell(
                String.format(Locale.ROOT, "%sepoch %d of %d%s", stage, report.epoch(), report.epochs(), accuracy),
                finished + report.epoch());
    }

    private void tell(String what, double done) {
        try {
            progress.update("train: " + what, "", Math.min(1, done / epochs));
        } catch (RuntimeException e) {
            stop = true; // the budget is spent, or the caller wants to stop: the child is told
        }
    }

    @Override
    public boolean cancelled() {
        return stop || progress.cancelled();
    }
}
