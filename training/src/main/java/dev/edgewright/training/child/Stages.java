package dev.edgewright.training.child;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.calibration.OutputProbe;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.lowrank.LowRank;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.quantize.StaticInt8Options;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.augment.Augmentation;
import dev.edgewright.training.distill.Students;
import dev.edgewright.training.optimizer.AdamW;
import dev.edgewright.training.optimizer.Optimizer;
import dev.edgewright.training.optimizer.Sgd;
import dev.edgewright.training.prune.IterativePruning;
import dev.edgewright.training.prune.Macs;
import dev.edgewright.training.prune.MacsBudget;
import dev.edgewright.training.prune.MagnitudePruning;
import dev.edgewright.training.prune.TrialBudget;
import dev.edgewright.training.qat.CalibrationData;
import dev.edgewright.training.qat.QuantizationAwareTraining;
import dev.edgewright.training.schedule.Schedule;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.Graphs;
import dev.edgewright.training.trainer.Objective;
import dev.edgewright.training.trainer.Trainer;
import dev.edgewright.training.trainer.TrainingListener;
import dev.edgewright.training.trainer.TrainingResult;
import dev.edgewright.training.trainer.TrainingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The steps of a job, one after another, each on the graph that the one before left. Every step trains from a checkpoint of its own, so
 * a job that is started again walks through what is done and goes on where it stopped.
 */
final class Stages {

    private static final int CALIBRATION = 512;
    /** Training samples on which cuts are tried before one is chosen. */
    private static final int TRIAL = 256;

    private static final int TRIAL_BATCH = 32;
    /** How often sparsify chooses anew which weights are zero, and at which share of its training it has all of them. */
    private static final int SPARSE_CHOICES = 40;

    private static final double SPARSE_RAMP = 0.7;

    private final TensorBackend backend;
    private final TrainingJob job;
    private final String output;
    private final JobData data;
    private final Augmentation augmentation;
    private final TrainingListener listener;
    private final Objective objective;
    private final Path folder;
    private final List<Map<String, Object>> records = new ArrayList<>();
    private final List<Front.Point> points = new ArrayList<>();

    Stages(
            TensorBackend backend,
            TrainingJob job,
            String output,
            Graph teacher,
            JobData data,
            Augmentation augmentation,
            TrainingListener listener) {
        this.backend = backend;
        this.job = job;
        this.output = output;
        this.data = data;
        this.augmentation = augmentation;
        this.listener = listener;
        this.folder = Path.of(job.result());
        this.objective = Objectives.of(backend, job, output, teacher, data.training());
    }

    Graph run(Graph start) {
        List<TrainingJob.Step> steps = job.steps() == null ? List.of(TrainingJob.Step.of("train")) : job.steps();
        Graph graph = start;
        for (int i = 0; i < steps.size(); i++) {
            TrainingJob.Step step = steps.get(i);
            String name = (i + 1) + "-" + step.technique();
            if (steps.size() > 1) {
                listener.stage(name);
            }
            graph = one(step, steps.size() == 1 ? "" : name, graph);
            if (steps.size() > 1) {
                Graphs.write(graph, folder.resolve(name + ".onnx"));
            }
        }
        return graph;
    }

    /** What each training brought, for the job's record. */
    List<Map<String, Object>> records() {
        return records;
    }

    /** Every graph that a step left as a file, and the last, with which of them no other beats. */
    List<Map<String, Object>> front(Graph last, Path file) {
        List<Front.Point> all = new ArrayList<>(points);
        if (all.isEmpty()
                || !all.get(all.size() - 1).file().equals(file.getFileName().toString())) {
            Map<String, Object> trained = records.isEmpty() ? Map.of() : records.get(records.size() - 1);
            // What is quantised does the same work in other numbers, and hides its weights behind codes.
            long macs = trained.isEmpty() ? Macs.of(last) : (long) trained.get("macs");
            double score = trained.isEmpty() ? Double.NaN : (double) trained.get("validationAccuracy");
            all.add(Front.point(macs, file, score));
        }
        return Front.records(all);
    }

    private Graph one(TrainingJob.Step step, String name, Graph graph) {
        return switch (String.valueOf(step.technique())) {
            case "train" -> noted(name, graph, train(step, name, graph)).graph();
            case "narrow" -> Students.narrowed(graph, or(step.share(), 0.5), or(step.unit(), 8));
            case "shallow" -> Students.shallowed(graph, or(step.drop(), 1));
            case "prune" -> prune(step, name, graph);
            case "sparsify" -> sparsify(step, name, graph);
            case "low-rank" -> lowRank(step, name, graph);
            case "qat" -> quantize(step, name, graph);
            default ->
                throw new TrainingException(
                        Code.SETTINGS_INVALID,
                        "step " + step.technique()
                                + " is unknown; there are train, narrow, shallow, prune, sparsify, low-rank, qat");
        };
    }

    private Graph prune(TrainingJob.Step step, String name, Graph graph) {
        List<IterativePruning.Step> done = IterativePruning.run(
                graph,
                or(step.share(), 0.5),
                or(step.rounds(), 2),
                cut(step),
                step.floor() == null ? 0 : step.floor(),
                (pruned, round, rounds) -> {
                    String place = (name.isEmpty() ? "prune" : name) + "-round" + round;
                    listener.stage(place);
                    return kept(place, noted(place, pruned, train(step, place, pruned)));
                });
        // The round that broke the floor is kept as a file; what goes on is the last that held it.
        Graph last = graph;
        for (IterativePruning.Step one : done) {
            last = step.floor() != null && one.validationAccuracy() < step.floor() ? last : one.graph();
        }
        return last;
    }

    private IterativePruning.Cut cut(TrainingJob.Step step) {
        int unit = or(step.unit(), 8);
        if (!Boolean.TRUE.equals(step.blocks())) {
            return (graph, budget) -> MacsBudget.cut(graph, budget, unit);
        }
        return (graph, budget) -> {
            try (CalibrationData samples = CalibrationData.of(data.training(), graph, TRIAL)) {
                OutputProbe probe = new OutputProbe(graph, samples.source().calibration(), TRIAL_BATCH);
                return TrialBudget.cut(graph, budget, unit, probe::error);
            }
        };
    }

    private Graph sparsify(TrainingJob.Step step, String name, Graph graph) {
        double zeros = 1 - or(step.share(), 0.5);
        if (!(zeros > 0 && zeros < 1)) {
            throw new TrainingException(
                    Code.SETTINGS_INVALID, "sparsify: share, what stays of the weights, must be in (0, 1)");
        }
        int steps = Math.max(1, data.training().size() / job.training().batch());
        int every = Math.max(1, steps * or(step.epochs(), job.training().epochs()) / SPARSE_CHOICES);
        Trainer trainer = trainer(step, name).rule(new MagnitudePruning(zeros, SPARSE_RAMP, every));
        TrainingResult result =
                trainer.train(graph, data.training(), data.validation(), output, objective, optimizer(job.training()));
        return kept(name.isEmpty() ? "sparsify" : name, noted(name, graph, result))
                .graph();
    }

    private Graph lowRank(TrainingJob.Step step, String name, Graph graph) {
        Graph factored;
        try (CalibrationData calibration = CalibrationData.of(data.training(), graph, CALIBRATION)) {
            PassContext context = PassContext.of(
                    job.training().seed(),
                    calibration.source(),
                    calibration.source().calibration(),
                    graph);
            PassResult result = new LowRank(or(step.share(), 0.7), or(step.unit(), 8)).apply(graph, context);
            if (!result.changed()) {
                throw new TrainingException(
                        Code.SETTINGS_INVALID,
                        "low-rank: no layer of this graph gets smaller as a product of two: " + result.notes());
            }
            factored = result.graph();
        } catch (CompressionException | IllegalArgumentException e) {
            throw new TrainingException(Code.SETTINGS_INVALID, "low-rank: " + e.getMessage(), e);
        }
        return kept(name.isEmpty() ? "low-rank" : name, noted(name, factored, train(step, name, factored)))
                .graph();
    }

    private Graph quantize(TrainingJob.Step step, String name, Graph graph) {
        QuantizationAwareTraining.Outcome outcome = QuantizationAwareTraining.run(
                trainer(step, name).keepBestIn(null),
                graph,
                data.training(),
                data.validation(),
                output,
                objective,
                optimizer(job.training()),
                CALIBRATION,
                StaticInt8Options.defaults(),
                or(step.bits(), 8));
        Graphs.write(outcome.postTraining(), folder.resolve((name.isEmpty() ? "qat" : name) + "-post-training.onnx"));
        noted(name.isEmpty() ? "qat" : name, graph, outcome.result());
        return outcome.trained();
    }

    /** Leaves a step's graph as a file of its own, a point on the way. */
    private TrainingResult kept(String place, TrainingResult result) {
        Path file = folder.resolve(place + ".onnx");
        Graphs.write(result.graph(), file);
        points.add(Front.point(Macs.of(result.graph()), file, result.validationAccuracy()));
        return result;
    }

    private TrainingResult train(TrainingJob.Step step, String name, Graph graph) {
        return trainer(step, name)
                .train(graph, data.training(), data.validation(), output, objective, optimizer(job.training()));
    }

    private Trainer trainer(TrainingJob.Step step, String name) {
        TrainingJob.Training how = job.training();
        TrainingSettings settings = new TrainingSettings(
                or(step.epochs(), how.epochs()),
                how.batch(),
                or(step.rate(), how.rate()),
                how.labelSmoothing(),
                how.clipNorm(),
                how.mixup(),
                how.averaging(),
                how.patience(),
                false,
                how.seed());
        Trainer trainer = new Trainer(backend, settings)
                .augmentation(augmentation)
                .schedule(schedule(how))
                .listener(listener)
                .identity(how + " " + job.augment() + " " + step)
                .checkpoint(folder.resolve(name.isEmpty() ? "checkpoint" : name + ".checkpoint"));
        return name.isEmpty() ? trainer.keepBestIn(folder.resolve("model.onnx")) : trainer;
    }

    private TrainingResult noted(String name, Graph graph, TrainingResult result) {
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("step", name.isEmpty() ? "train" : name);
        record.put("parameters", graph.parameters());
        record.put("macs", Macs.of(graph));
        record.put("bestEpoch", result.bestEpoch());
        record.put("validationAccuracy", result.validationAccuracy());
        record.put("validationAccuracies", result.accuracies());
        record.put(
                "secondsPerEpoch",
                result.reports().stream()
                        .map(report -> Math.round(report.seconds()))
                        .toList());
        records.add(record);
        return result;
    }

    private static double or(Double value, double otherwise) {
        return value == null ? otherwise : value;
    }

    private static int or(Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }

    private static Schedule schedule(TrainingJob.Training how) {
        if (how.warmUp() < 0) {
            throw new TrainingException(Code.SETTINGS_INVALID, "warmUp " + how.warmUp() + " steps are negative");
        }
        Schedule schedule = switch (how.schedule() == null ? "cosine" : how.schedule()) {
            case "one-cycle" -> Schedule.oneCycle(0.25);
            case "cosine" -> Schedule.cosine();
            case "steps" -> Schedule.steps(0.1, 0.5, 0.75);
            case "constant" -> Schedule.constant();
            default ->
                throw new TrainingException(
                        Code.SETTINGS_INVALID,
                        "schedule " + how.schedule() + " is unknown; there are one-cycle, cosine, steps, constant");
        };
        return how.warmUp() == 0 ? schedule : schedule.warmUp(how.warmUp());
    }

    private static Optimizer optimizer(TrainingJob.Training how) {
        return switch (how.optimizer() == null ? "sgd" : how.optimizer()) {
            case "sgd" -> new Sgd(how.momentum(), how.decay());
            case "adamw" -> AdamW.withDecay(how.decay());
            default ->
                throw new TrainingException(
                        Code.SETTINGS_INVALID, "optimizer " + how.optimizer() + " is unknown; there are sgd, adamw");
        };
    }
}
