package dev.edgewright.training.child;

import dev.edgewright.training.TrainingException;
import dev.edgewright.training.trainer.EpochReport;
import dev.edgewright.training.trainer.TrainingListener;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** Trains what a YAML file describes, in a child process: {@code TrainMain job.yaml [result-folder]}. */
public final class TrainMain {

    private TrainMain() {}

    public static void main(String[] arguments) {
        if (arguments.length < 1) {
            System.err.println("usage: TrainMain job.yaml [result-folder]");
            System.exit(2);
        }
        try {
            TrainingJob job = TrainingJob.read(Path.of(arguments[0]));
            if (arguments.length > 1) {
                job = job.withResult(Path.of(arguments[1]).toAbsolutePath());
            }
            Map<String, Object> record;
            try (TrainingChild child = TrainingChild.start(job, TrainingChild.Limits.standard(), new Console())) {
                record = child.result().join();
            }
            System.out.println("validation accuracy " + record.get("validationAccuracy") + ", test accuracy "
                    + record.getOrDefault("testAccuracy", "not measured"));
        } catch (CompletionException e) {
            exit(e.getCause() instanceof TrainingException cause ? cause : e);
        } catch (TrainingException e) {
            exit(e);
        }
    }

    private static void exit(RuntimeException e) {
        System.err.println(e instanceof TrainingException known ? known.code() + ": " + e.getMessage() : e.toString());
        System.exit(1);
    }

    private static final class Console implements TrainingListener {
        @Override
        public void started(String engine, long steps) {
            System.out.println(engine + ", " + steps + " steps");
        }

        @Override
        public void step(int epoch, int step, int steps, double loss) {
            if (step % 50 == 0) {
                System.out.printf(Locale.ROOT, "epoch %d step %d/%d loss %.4f%n", epoch, step, steps, loss);
            }
        }

        @Override
        public void stage(String name) {
            System.out.println(name);
        }

        @Override
        public void epoch(EpochReport report) {
            System.out.printf(
                    Locale.ROOT,
                    "epoch %d/%d loss %.4f validation loss %.4f accuracy %.4f rate %.4f %.1f s%s%s%n",
                    report.epoch(),
                    report.epochs(),
                    report.loss(),
                    report.validationLoss(),
                    report.validationAccuracy(),
                    report.rate(),
                    report.seconds(),
                    report.best() ? " best" : "",
                    report.stepsLeftOut() > 0 ? ", " + report.stepsLeftOut() + " steps left out" : "");
        }
    }
}
