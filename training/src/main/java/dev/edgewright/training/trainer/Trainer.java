package dev.edgewright.training.trainer;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.augment.Augmentation;
import dev.edgewright.training.data.Feature;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.op.OperatorTable;
import dev.edgewright.training.optimizer.Optimizer;
import dev.edgewright.training.schedule.Schedule;
import dev.edgewright.training.tensor.TensorBackend;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private String identity = "";
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

    /** What else sets this training apart (schedule, optimiser, augmentation), so that a checkpoint of another is refused. */
    public Trainer identity(String facts) {
        identity = facts;
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
     * @param graph inputs [N, sample axes] that the samples fill; the output that is scored is logits [N, classes], or for samples
     *     with targets [N, numbers]
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
        int width = DataCheck.width(graph, training, output);
        if (settings.mixup() > 0
                && training.features().stream().anyMatch(feature -> feature.kind() == Feature.Kind.LONGS)) {
            throw new TrainingException(
                    Code.SETTINGS_INVALID, "mixup blends samples, and token ids cannot be blended: set mixup to 0");
        }
        String job = Fingerprint.of(graph, settings, objective, identity);
        String data = training.digest() + "|" + validation.digest();
        Checkpoint from = resume(job, data);
        ModelState state = ModelState.load(graph, backend, trains);
        if (state.weights().isEmpty()) {
            throw new TrainingException(Code.SETTINGS_INVALID, "the graph has no weight that trains");
        }
        TrainingLoop run = new TrainingLoop(
                new TrainingLoop.Setup(backend, settings, augmentation, schedule, listener, rule, checkpoint, best),
                program,
                state,
                training,
                validation,
                output,
                objective,
                optimizer,
                width);
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
}
