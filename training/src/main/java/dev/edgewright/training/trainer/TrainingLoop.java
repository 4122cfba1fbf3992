package dev.edgewright.training.trainer;

import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.augment.Augmentation;
import dev.edgewright.training.data.Feature;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.op.RunMode;
import dev.edgewright.training.op.Value;
import dev.edgewright.training.optimizer.Optimizer;
import dev.edgewright.training.schedule.Schedule;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One training, while it goes on. Made by {@link Trainer}, which has checked graph and data. */
final class TrainingLoop {

    /** What stays the same over a training. */
    record Setup(
            TensorBackend backend,
            TrainingSettings settings,
            Augmentation augmentation,
            Schedule schedule,
            TrainingListener listener,
            WeightRule rule,
            Path checkpoint,
            Path best) {}

    private static final int EVALUATION_BATCH = 256;
    private static final String BEST_LOSS = "best-loss";

    private final TensorBackend backend;
    private final TrainingSettings settings;
    private final Augmentation augmentation;
    private final Schedule schedule;
    private final TrainingListener listener;
    private final WeightRule rule;
    private final Path checkpoint;
    private final Path best;
    private final GraphProgram program;
    private final ModelState state;
    private final Samples training;
    private final Samples validation;
    private final String output;
    private final Feeds feeds;
    private final List<Feature> features;
    private final Objective objective;
    private final Optimizer optimizer;
    private final int width;
    private final Gradients gradients;
    private final Map<String, Tensor> averages = new LinkedHashMap<>();
    private final List<EpochReport> reports = new ArrayList<>();
    private final List<Double> accuracies = new ArrayList<>();
    private Map<String, float[]> bestWeights = Map.of();
    private double bestAccuracy = -1;
    private double bestLoss = Double.POSITIVE_INFINITY;
    private int bestEpoch;
    private int done;

    TrainingLoop(
            Setup setup,
            GraphProgram program,
            ModelState state,
            Samples training,
            Samples validation,
            String output,
            Objective objective,
            Optimizer optimizer,
            int width) {
        this.backend = setup.backend();
        this.settings = setup.settings();
        this.augmentation = setup.augmentation();
        this.schedule = setup.schedule();
        this.listener = setup.listener();
        this.rule = setup.rule();
        this.checkpoint = setup.checkpoint();
        this.best = setup.best();
        this.program = program;
        this.state = state;
        this.training = training;
        this.validation = validation;
        this.output = output;
        this.features = training.features();
        this.feeds = Feeds.of(program.graph(), features);
        this.objective = objective;
        this.optimizer = optimizer;
        this.width = width;
        this.gradients = new Gradients(backend, settings.clipNorm());
    }

    /** Runs one batch forward to learn the shapes, then tests the gradient of each. */
    void selfTest() {
        GradientSelfTest test = new GradientSelfTest();
        Batches.Batch batch = Batches.shuffled(training, Augmentation.none(), settings, width, 0)
                .read(0);
        try (TensorBackend.Scope scope = backend.scope()) {
            Map<String, Value> values = feed(batch, scope);
            program.run(backend, values, RunMode.INFERENCE, Set.of(), (node, inputs, outputs) -> {
                if (node.is("Conv") && inputs.get(0).shape().rank() == 4) {
                    test.note(node, inputs.get(0).shape(), inputs.get(1).shape());
                }
            });
        }
        test.run(backend);
    }

    private Map<String, Value> feed(Batches.Batch batch, TensorBackend.Scope scope) {
        return feed(batch.values(backend, features), scope);
    }

    private Map<String, Value> feed(List<Value> columns, TensorBackend.Scope scope) {
        Map<String, Value> values = new HashMap<>(state.values(scope));
        values.putAll(feeds.pick(columns));
        return values;
    }

    /** The columns for an objective: under the input that each fills, those that the graph does not read under their own names. */
    private Map<String, Tensor> named(List<Value> columns) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        for (int f = 0; f < columns.size(); f++) {
            if (!feeds.byInput().containsValue(f)) {
                named.put(features.get(f).input(), ((Value.Dense) columns.get(f)).tensor());
            }
        }
        feeds.pick(columns).forEach((input, value) -> named.put(input, ((Value.Dense) value).tensor()));
        return named;
    }

    void start(Checkpoint from) {
        optimizer.restore(backend, state.weights(), from == null ? Map.of() : from.part("optimizer/"));
        if (from != null) {
            state.restore(from.part("model/"));
            bestWeights = from.part("best/");
            bestAccuracy = from.bestAccuracy();
            bestEpoch = from.bestEpoch();
            float[] kept = from.arrays().get(BEST_LOSS);
            bestLoss = kept == null ? Double.POSITIVE_INFINITY : kept[0];
            done = from.epochs();
            accuracies.addAll(from.accuracies());
        }
        if (settings.averaging() > 0) {
            Map<String, float[]> values = from == null ? state.snapshot() : from.part("average/");
            state.weights()
                    .forEach((name, tensor) -> averages.put(
                            name,
                            backend.floats(values.get(name), tensor.shape().dimensions())));
        }
    }

    TrainingResult finish(String job, String data) {
        int steps = Batches.count(training, settings);
        listener.started(backend.describe(), (long) steps * settings.epochs());
        while (done < settings.epochs() && !outOfPatience()) {
            epoch(done + 1, steps);
            if (checkpoint != null) {
                save(job, data);
            }
            if (best != null && bestEpoch == done) {
                Graphs.write(ModelState.write(program.graph(), bestWeights), best);
            }
        }
        if (best != null) {
            Graphs.write(ModelState.write(program.graph(), bestWeights), best);
        }
        return new TrainingResult(
                ModelState.write(program.graph(), bestWeights),
                bestEpoch,
                bestAccuracy,
                List.copyOf(accuracies),
                reports);
    }

    private boolean outOfPatience() {
        return settings.patience() > 0 && done - bestEpoch >= settings.patience() && bestEpoch > 0;
    }

    private void epoch(int number, int steps) {
        long begin = System.nanoTime();
        backend.seed(settings.seed() * 7919 + number);
        Map<String, float[]> lastGood = state.snapshot();
        Batches batches = Batches.shuffled(training, augmentation, settings, width, number);
        long total = (long) steps * settings.epochs();
        double sum = 0;
        double rate = 0;
        gradients.beginEpoch();
        for (int step = 0; step < steps; step++) {
            if (listener.cancelled()) {
                throw new TrainingException(
                        Code.CANCELLED, "cancelled in epoch " + number + "; " + done + " epochs are kept");
            }
            rate = settings.rate() * schedule.factor((long) (number - 1) * steps + step, total);
            Batches.Batch batch = batches.read(step);
            double loss = step(batch, rate, (long) (number - 1) * steps + step + 1, total);
            if (!Double.isFinite(loss)) {
                String culprit = Divergence.find(backend, program, state, scope -> feed(batch, scope), mode());
                state.restore(lastGood);
                throw new TrainingException(
                        Code.DIVERGED,
                        "the loss became " + loss + " in epoch " + number + ", step " + (step + 1) + ": " + culprit
                                + "; the weights of epoch " + (number - 1)
                                + " are kept. Lower the learning rate or limit the gradient norm");
            }
            sum += loss;
            listener.step(number, step + 1, steps, loss);
        }
        done = number;
        validate(number, sum / steps, rate, begin);
    }

    private RunMode mode() {
        return settings.frozenNorm() ? RunMode.TRAINING_FROZEN_NORM : RunMode.TRAINING;
    }

    private double step(Batches.Batch batch, double rate, long done, long total) {
        try (TensorBackend.Scope scope = backend.scope()) {
            float loss = backend.withGradients(() -> {
                Tensor result = loss(batch, scope, mode());
                backend.backward(result);
                return result.scalar();
            });
            if (Float.isFinite(loss)) {
                move(scope, rate);
                rule.apply(backend, state.weights(), done, total);
            }
            return loss;
        }
    }

    private Tensor loss(Batches.Batch batch, TensorBackend.Scope scope, RunMode mode) {
        List<Value> columns = batch.values(backend, features);
        Map<String, Value> results = program.run(backend, feed(columns, scope), mode, objective.reads(), null);
        Tensor target = batch.targets() == null ? null : backend.floats(batch.targets(), batch.size(), width);
        return objective.loss(new Objective.Step(backend, scope, named(columns), target, results));
    }

    /** The objective over the validation samples, for data without classes. */
    private Evaluation judge() {
        int size = Math.max(settings.batch(), EVALUATION_BATCH);
        Batches batches = Batches.inOrder(validation, size, width);
        double sum = 0;
        for (int number = 0; number * size < validation.size(); number++) {
            Batches.Batch batch = batches.read(number);
            try (TensorBackend.Scope scope = backend.scope()) {
                sum += (double) loss(batch, scope, RunMode.INFERENCE).scalar() * batch.size();
            }
        }
        return Evaluation.ofLoss(sum / validation.size());
    }

    private void move(TensorBackend.Scope scope, double rate) {
        Map<String, Tensor> moves = gradients.of(state.weights());
        if (moves.isEmpty()) {
            state.weights().values().forEach(backend::clearGradient);
            return;
        }
        optimizer.beginStep();
        moves.forEach((name, gradient) -> optimizer.step(
                backend,
                name,
                state.weights().get(name),
                gradient,
                rate,
                gradient.shape().rank() > 1));
        state.weights().values().forEach(backend::clearGradient);
        averages.forEach((name, average) -> {
            scope.borrow(average);
            average.mulInPlace(settings.averaging());
            average.addInPlace(state.weights().get(name), 1 - settings.averaging());
        });
    }

    private void validate(int number, double loss, double rate, long begin) {
        Map<String, float[]> own = state.snapshot();
        Map<String, float[]> judged = own;
        if (!averages.isEmpty()) {
            judged = new LinkedHashMap<>(own);
            for (Map.Entry<String, Tensor> average : averages.entrySet()) {
                judged.put(average.getKey(), average.getValue().toFloats());
            }
            state.restore(judged);
        }
        boolean labels = validation.labelled();
        Evaluation result = labels
                ? Evaluation.of(
                        backend, program, state, validation, output, Math.max(settings.batch(), EVALUATION_BATCH))
                : judge();
        if (!averages.isEmpty()) {
            state.restore(own);
        }
        long steps = Batches.count(training, settings);
        boolean settled = rule.settled(number * steps, settings.epochs() * steps);
        boolean better = !settled
                ? false
                : labels
                        ? result.accuracy() > bestAccuracy
                                || result.accuracy() == bestAccuracy && result.loss() < bestLoss
                        : result.loss() < bestLoss;
        if (better) {
            bestWeights = judged;
            bestAccuracy = result.accuracy();
            bestLoss = result.loss();
            bestEpoch = number;
        }
        accuracies.add(result.accuracy());
        EpochReport report = new EpochReport(
                number,
                settings.epochs(),
                loss,
                result.loss(),
                result.accuracy(),
                rate,
                gradients.largestNorm(),
                gradients.leftOut(),
                (System.nanoTime() - begin) / 1e9,
                better);
        reports.add(report);
        listener.epoch(report);
    }

    private void save(String job, String data) {
        Map<String, float[]> arrays = new LinkedHashMap<>();
        state.snapshot().forEach((name, values) -> arrays.put("model/" + name, values));
        optimizer.snapshot().forEach((name, values) -> arrays.put("optimizer/" + name, values));
        averages.forEach((name, tensor) -> arrays.put("average/" + name, tensor.toFloats()));
        bestWeights.forEach((name, values) -> arrays.put("best/" + name, values));
        arrays.put(BEST_LOSS, new float[] {(float) bestLoss});
        new Checkpoint(job, data, done, bestEpoch, bestAccuracy, accuracies, arrays).write(checkpoint);
    }
}
