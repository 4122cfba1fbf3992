package dev.edgewright.training.recipe;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.Progress;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.pass.Pass;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.pass.PassResult;
import dev.edgewright.compression.quantize.StaticInt8;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.child.TrainingChild;
import dev.edgewright.training.child.TrainingJob;
import dev.edgewright.training.trainer.Graphs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;

/**
 * One training as a pass: the graph as it stands goes into a job whose teacher is the model as it came in, a child process carries it out
 * on the split {@code train} of the data, and the trained graph comes back. A run that was stopped goes on from its checkpoint.
 *
 * @param name of the step in recipes
 * @param steps of the job
 * @param how epochs, rate and the like; its seed is replaced by that of the run
 * @param augment changes of images, may be empty
 * @param teaching how the original teaches; null for the usual
 */
record TrainingStep(
        String name,
        List<TrainingJob.Step> steps,
        TrainingJob.Training how,
        Map<String, Integer> augment,
        TrainingJob.Teaching teaching)
        implements Pass {

    @Override
    public void requires(Graph graph, PassContext context) {
        if (StaticInt8.isQuantized(graph)) {
            throw new CompressionException(
                    CompressionException.Code.ALREADY_QUANTIZED,
                    "step " + name + " trains float weights; put it before the steps that quantise");
        }
        DataSource data = context.data()
                .orElseThrow(() -> new CompressionException(
                        CompressionException.Code.DATA_REQUIRED,
                        "step " + name + " trains, and there are no samples: give data with a split 'train'"));
        if (data.split(DataSource.TRAIN).isEmpty() || data.origin() == null) {
            throw new CompressionException(
                    CompressionException.Code.DATA_REQUIRED,
                    "step " + name + " trains, and the data names no samples for it: add a split 'train' to its"
                            + " data.yaml, apart from the validation and test samples");
        }
    }

    @Override
    public PassResult call(Graph graph, PassContext context) {
        Path folder = context.workFolder().orElseGet(TrainingStep::temporary);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new CompressionException(
                    CompressionException.Code.OUTPUT_FAILED, "cannot make " + folder + ": " + e.getMessage(), e);
        }
        TrainingJob job = job(graph, context, folder);
        Map<String, Object> record = run(job, context);
        return PassResult.changed(OnnxFile.read(folder.resolve("model.onnx")), lineage(record));
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("edgewright-training");
        } catch (IOException e) {
            throw new CompressionException(
                    CompressionException.Code.OUTPUT_FAILED, "no temporary folder: " + e.getMessage(), e);
        }
    }

    private TrainingJob job(Graph graph, PassContext context, Path folder) {
        DataSource data = context.data().orElseThrow();
        Path start = folder.resolve("start.onnx");
        Path teacher = folder.resolve("teacher.onnx");
        Graph original = context.original().orElse(graph);
        Graphs.write(graph, start);
        Graphs.write(original, teacher);
        String scored = data.task().output();
        return new TrainingJob(
                null,
                start.toString(),
                teacher.toString(),
                teaching,
                steps,
                scored.isEmpty() ? null : scored,
                TrainingJob.Data.of(data.origin(), data.confined()),
                how.withSeed(context.seed()),
                augment.isEmpty() ? null : augment,
                context.allowance().threads(),
                null,
                false,
                folder.toString());
    }

    private Map<String, Object> run(TrainingJob job, PassContext context) {
        EpochProgress progress = new EpochProgress(context.progress(), steps, how.epochs());
        TrainingChild.Limits limits =
                TrainingChild.Limits.standard().withMemoryMb(context.allowance().memoryMb());
        try (TrainingChild child = TrainingChild.start(job, limits, progress)) {
            return child.result().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TrainingException error) {
                throw translated(error, context.progress());
            }
            throw e;
        } catch (TrainingException e) {
            throw translated(e, context.progress());
        }
    }

    private CompressionException translated(TrainingException error, Progress progress) {
        CompressionException.Code code = switch (error.code()) {
            case CANCELLED ->
                progress.cancelled() ? CompressionException.Code.CANCELLED : CompressionException.Code.BUDGET_SPENT;
            case DATA_INVALID, CLASS_EMPTY, DATA_CHANGED -> CompressionException.Code.DATA_INVALID;
            case LABEL_OUT_OF_RANGE -> CompressionException.Code.LABEL_OUT_OF_RANGE;
            case OUTPUT_FAILED -> CompressionException.Code.OUTPUT_FAILED;
            case SETTINGS_INVALID -> CompressionException.Code.RECIPE_INVALID;
            default -> CompressionException.Code.TRAINING_FAILED;
        };
        return new CompressionException(
                code, "step " + name + ": " + error.getMessage() + " (" + error.code() + ")", error);
    }

    private String lineage(Map<String, Object> record) {
        List<String> parts = new ArrayList<>();
        for (Object one : (List<?>) record.get("steps")) {
            Map<?, ?> step = (Map<?, ?>) one;
            Object accuracy = step.get("validationAccuracy");
            parts.add(String.format(
                    Locale.ROOT,
                    "%s best of %d epochs is %s",
                    step.get("step"),
                    ((List<?>) step.get("validationAccuracies")).size(),
                    step.get("bestEpoch")
                            + (accuracy instanceof Number share && !Double.isNaN(share.doubleValue())
                                    ? String.format(Locale.ROOT, " with %.4f in training", share.doubleValue())
                                    : "")));
        }
        return name + ": " + String.join("; ", parts) + "; batch=" + how.batch() + " rate=" + how.rate() + " optimizer="
                + how.optimizer() + " taught by the original in " + record.get("seconds") + " s";
    }
}
