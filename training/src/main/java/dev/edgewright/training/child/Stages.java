package dev.edgewright.training.child;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.quantize.StaticInt8Options;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.augment.Augmentation;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.distill.Distillation;
import dev.edgewright.training.distill.Students;
import dev.edgewright.training.distill.Teacher;
import dev.edgewright.training.optimizer.AdamW;
import dev.edgewright.training.optimizer.Optimizer;
import dev.edgewright.training.optimizer.Sgd;
import dev.edgewright.training.prune.IterativePruning;
import dev.edgewright.training.prune.Macs;
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

    private final TensorBackend backend;
    private final TrainingJob job;
    private final Samples training;
    private final Samples validation;
    private final Augmentation augmentation;
    private final TrainingListener listener;
    private final Objective objective;
    private final Path folder;
    private final List<Map<String, Object>> records = new ArrayList<>();

    Stages(
            TensorBackend backend,
            TrainingJob job,
            Graph teacher,
            Samples training,
            Samples validation,
            Augmentation augmentation,
            TrainingListener listener) {
        this.backend = backend;
        this.job = job;
        this.training = training;
        this.validation = validation;
        this.augmentation = augmentation;
        this.listener = listener;
        this.folder = Path.of(job.result());
        this.objective = objective(backend, job, teacher);
    }

    private static Objective objective(TensorBackend backend, TrainingJob job, Graph teacher) {
        if (teacher == null) {
            return Objective.classification(job.output());
        }
        TrainingJob.Teaching how = job.distillation() == null ? TrainingJob.Teaching.USUAL : job.distillation();
        if (!(how.weight() > 0 && how.weight() <= 1)) {
            throw new TrainingException(Code.SETTINGS_INVALID, "the teacher's weight must be in (0, 1]");
        }
        Distillation distillation = Distillation.from(new Teacher(backend, teacher), how.temperature())
                .logits(job.output(), job.output(), how.weight());
        return how.weight() < 1 ? distillation.labels(job.output(), 1 - how.weight()) : distillation;
    }

    Graph run(Graph start) {
        List<TrainingJob.Step> steps = job.steps() == null
                ? List.of(new TrainingJob.Step("train", null, null, null, null, null, null, null, null))
                : job.steps();
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

    private Graph one(TrainingJob.Step step, String name, Graph graph) {
        return switch (String.valueOf(step.technique())) {
            case "train" -> noted(name, graph, train(step, name, graph)).graph();
            case "narrow" -> Students.narrowed(graph, or(step.share(), 0.5), or(step.unit(), 8));
            case "shallow" -> Students.shallowed(graph, or(step.drop(), 1));
            case "prune" -> prune(step, name, graph);
            case "qat" -> quantize(step, name, graph);
            default ->
                throw new TrainingException(
                        Code.SETTINGS_INVALID,
                        "step " + step.technique() + " is unknown; there are train, narrow, shallow, prune, qat");
        };
    }

    private Graph prune(TrainingJob.Step step, String name, Graph graph) {
        List<IterativePruning.Step> done = IterativePruning.run(
                graph,
                or(step.share(), 0.5),
                or(step.rounds(), 2),
                or(step.unit(), 8),
                step.floor() == null ? 0 : step.floor(),
                (pruned, round, rounds) -> {
                    String place = (name.isEmpty() ? "prune" : name) + "-round" + round;
                    TrainingResult result = noted(place, pruned, train(step, place, pruned));
                    Graphs.write(result.graph(), folder.resolve(place + ".onnx"));
                    return result;
                });
        return done.isEmpty() ? graph : done.get(done.size() - 1).graph();
    }

    private Graph quantize(TrainingJob.Step step, String name, Graph graph) {
        QuantizationAwareTraining.Outcome outcome = QuantizationAwareTraining.run(
                trainer(step, name),
                graph,
                training,
                validation,
                job.output(),
                objective,
                optimizer(job.training()),
                CALIBRATION,
                StaticInt8Options.defaults(),
                or(step.bits(), 8));
        Graphs.write(outcome.postTraining(), folder.resolve((name.isEmpty() ? "qat" : name) + "-post-training.onnx"));
        noted(name, graph, outcome.result());
        return outcome.trained();
    }

    private TrainingResult train(TrainingJob.Step step, String name, Graph graph) {
        return trainer(step, name)
                .train(graph, training, validation, job.output(), objective, optimizer(job.training()));
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
        return switch (how.schedule() == null ? "cosine" : how.schedule()) {
            case "one-cycle" -> Schedule.oneCycle(0.25);
            case "cosine" -> Schedule.cosine();
            case "steps" -> Schedule.steps(0.1, 0.5, 0.75);
            case "constant" -> Schedule.constant();
            default ->
                throw new TrainingException(
                        Code.SETTINGS_INVALID,
                        "schedule " + how.schedule() + " is unknown; there are one-cycle, cosine, steps, constant");
        };
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
