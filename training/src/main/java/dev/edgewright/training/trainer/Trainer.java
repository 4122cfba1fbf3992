package dev.edgewright.training.trainer;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.augment.Augmentation;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.op.OperatorTable;
import dev.edgewright.training.op.RunMode;
import dev.edgewright.training.op.Value;
import dev.edgewright.training.optimizer.Optimizer;
import dev.edgewright.training.schedule.Schedule;
import dev.edgewright.training.tensor.Tensor;
import dev.edgewright.training.tensor.TensorBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Trains the weights of a graph: checks graph, labels and gradients first, then goes through the epochs, keeps the weights that did
 * best on the validation samples, and can go on from its checkpoint after a kill as if nothing had happened (same seed, threads and
 * machine: the same weights, bit for bit). One training a process at a time; not thread-safe.
 */
public final class Trainer {

    private final TensorBackend backend;
    private final TrainingSettings settings;
    private OperatorTable operators = OperatorTable.standard();
    private Augmentation augmentation = Augmentation.none();
    private Schedule schedule = Schedule.cosine();
    private TrainingListener listener = TrainingListener.SILENT;
    private Predicate<String> trains = name -> true;
    private WeightRule rule = WeightRule.NONE;
    private Path checkpoint;
    private Path best;
    private boolean selfTest = true;

    public Trainer(TensorBackend backend, TrainingSettings settings) {
        this.backend = backend;
        this.settings = settings;
    }

    public Trainer operators(OperatorTable table) {
        operators = table;
        return this;
    }

    public Trainer augmentation(Augmentation change) {
        augmentation = change;
        return this;
    }

    public Trainer schedule(Schedule rate) {
        schedule = rate;
        return this;
    }

    public Trainer listener(TrainingListener hears) {
        listener = hears;
        return this;
    }

    /** Which weights train; the others are frozen. */
    public Trainer training(Predicate<String> weightNames) {
        trains = weightNames;
        return this;
    }

    /** What the weights obey after every step, such as staying pruned. */
    public Trainer rule(WeightRule obeyed) {
        rule = obeyed;
        return this;
    }

    /** Where to leave a checkpoint after every epoch, and to go on from when it is there. */
    public Trainer checkpoint(Path file) {
        checkpoint = file;
        return this;
    }

    /** Where the graph with the best weights so far lies after every epoch that bettered them. */
    public Trainer keepBestIn(Path file) {
        best = file;
        return this;
    }

    /** Without the gradient self-test, for graphs whose shapes were tested before. */
    public Trainer withoutSelfTest() {
        selfTest = false;
        return this;
    }

    /**
     * Trains.
     *
     * @param graph one float input [N, sample axes]; the output that is scored is logits [N, classes]
     * @param training samples to learn from
     * @param validation samples that choose the best epoch; never the test samples
     * @param output the graph output that is scored against labels
     * @throws TrainingException when graph, data or gradients are not fit (before anything is trained), when the loss stops being a
     *     number (DIVERGED; the checkpoint of the last good epoch stays), or when cancelled
     */
    public TrainingResult train(
            Graph graph,
            Samples training,
            Samples validation,
            String output,
            Objective objective,
            Optimizer optimizer) {
        GraphProgram program = GraphProgram.of(graph, operators);
        DataCheck.check(graph, training, validation, output, objective.worksWithoutLabels());
        int classes = objective.worksWithoutLabels() && !training.labelled() ? 0 : DataCheck.classes(graph, output);
        String job = Fingerprint.of(graph, settings, objective);
        String data = training.digest() + "|" + validation.digest();
        Checkpoint from = resume(job, data);
        ModelState state = ModelState.load(graph, backend, trains);
        if (state.weights().isEmpty()) {
            throw new TrainingException(Code.SETTINGS_INVALID, "the graph has no weight that trains");
        }
        Run run = new Run(program, state, training, validation, output, objective, optimizer, classes);
        if (selfTest) {
            run.selfTest();
        }
        run.start(from);
        return run.finish(job, data);
    }

    private Checkpoint resume(String job, String data) {
        if (checkpoint == null || !Files.exists(checkpoint)) {
            return null;
        }
        Checkpoint from = Checkpoint.read(checkpoint);
        if (!from.job().equals(job)) {
            throw new TrainingException(
                    Code.CHECKPOINT_INVALID,
                    "checkpoint " + checkpoint + " belongs to another graph or other settings; delete it or choose"
                            + " another place");
        }
        if (!from.data().equals(data)) {
            throw new TrainingException(
                    Code.DATA_CHANGED,
                    "the samples are not those that checkpoint " + checkpoint + " was trained on; restore them, or"
                            + " delete the checkpoint to start again");
        }
        return from;
    }

    /** One training, while it goes on. */
    private final class Run {
        private final GraphProgram program;
        private final ModelState state;
        private final Samples training;
        private final Samples validation;
        private final String output;
        private final String input;
        private final Objective objective;
        private final Optimizer optimizer;
        private final int classes;
        private final Map<String, Tensor> averages = new LinkedHashMap<>();
        private final List<EpochReport> reports = new ArrayList<>();
        private final List<Double> accuracies = new ArrayList<>();
        private Map<String, float[]> bestWeights = Map.of();
        private double bestAccuracy = -1;
        private double bestLoss = Double.POSITIVE_INFINITY;
        private int bestEpoch;
        private int done;
        private double largestNorm;

        Run(
                GraphProgram program,
                ModelState state,
                Samples training,
                Samples validation,
                String output,
                Objective objective,
                Optimizer optimizer,
                int classes) {
            this.program = program;
            this.state = state;
            this.training = training;
            this.validation = validation;
            this.output = output;
            this.input = program.graph().feeds().get(0).name();
            this.objective = objective;
            this.optimizer = optimizer;
            this.classes = classes;
        }

        /** Runs one batch forward to learn the shapes, then tests the gradient of each. */
        void selfTest() {
            GradientSelfTest test = new GradientSelfTest();
            Batches.Batch batch = new Batches(training, Augmentation.none(), settings, classes, 0).read(0);
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
            Map<String, Value> values = new HashMap<>(state.values(scope));
            values.put(
                    input,
                    new Value.Dense(
                            backend.floats(batch.inputs(), Evaluation.withBatch(batch.size(), training.shape()))));
            return values;
        }

        void start(Checkpoint from) {
            optimizer.restore(backend, state.weights(), from == null ? Map.of() : from.part("optimizer/"));
            if (from != null) {
                state.restore(from.part("model/"));
                bestWeights = from.part("best/");
                bestAccuracy = from.bestAccuracy();
                bestEpoch = from.bestEpoch();
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
            Batches batches = new Batches(training, augmentation, settings, classes, number);
            long total = (long) steps * settings.epochs();
            double sum = 0;
            double rate = 0;
            largestNorm = 0;
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
                Map<String, Value> values = feed(batch, scope);
                float loss = backend.withGradients(() -> {
                    Map<String, Value> results = program.run(backend, values, mode(), objective.reads(), null);
                    Tensor target =
                            batch.targets() == null ? null : backend.floats(batch.targets(), batch.size(), classes);
                    Tensor input = ((Value.Dense) values.get(this.input)).tensor();
                    Tensor result = objective.loss(new Objective.Step(backend, scope, input, target, results));
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

        private void move(TensorBackend.Scope scope, double rate) {
            Map<String, Tensor> gradients = new LinkedHashMap<>();
            state.weights().forEach((name, weight) -> {
                Tensor gradient = backend.gradient(weight);
                if (gradient != null) {
                    gradients.put(name, gradient);
                }
            });
            if (settings.clipNorm() > 0) {
                double squares = 0;
                for (Tensor gradient : gradients.values()) {
                    Tensor flat = gradient.reshape(gradient.shape().elements());
                    squares += flat.mul(flat).sum(false, 0).scalar();
                }
                double norm = Math.sqrt(squares);
                largestNorm = Math.max(largestNorm, norm);
                if (!Double.isFinite(norm)) {
                    gradients.clear(); // the next loss tells; this step changes nothing
                } else if (norm > settings.clipNorm()) {
                    gradients.values().forEach(gradient -> gradient.mulInPlace(settings.clipNorm() / norm));
                }
            }
            optimizer.beginStep();
            gradients.forEach((name, gradient) -> optimizer.step(
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
                    ? Evaluation.of(backend, program, state, validation, output, Math.max(settings.batch(), 256))
                    : new Evaluation(0, 0, loss);
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
                            : loss < bestLoss;
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
                    largestNorm,
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
            new Checkpoint(job, data, done, bestEpoch, bestAccuracy, accuracies, arrays).write(checkpoint);
        }
    }
}
