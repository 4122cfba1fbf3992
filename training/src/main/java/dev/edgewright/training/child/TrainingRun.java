package dev.edgewright.training.child;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.architecture.Architectures;
import dev.edgewright.training.augment.Augmentation;
import dev.edgewright.training.data.IdxImages;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.tensor.PyTorchBackend;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.Evaluation;
import dev.edgewright.training.trainer.Graphs;
import dev.edgewright.training.trainer.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Carries out a training job in this process: data checked, steps trained or resumed, the graph and a record of it written. The scores in
 * the record are those of the written graph in ONNX Runtime; test samples are read once, at the end.
 */
public final class TrainingRun {

    private TrainingRun() {}

    /**
     * Trains, or goes on where the checkpoint in the result folder ends.
     *
     * @return the record that is also written to {@code training.json}
     */
    public static Map<String, Object> run(TrainingJob job, TrainingListener listener) {
        TrainingJob.Data data = job.data();
        checkDigests(data);
        Samples all = IdxImages.open(Path.of(data.images()), Path.of(data.labels()), data.mean(), data.deviation());
        int held = data.validation();
        if (held < 1 || held >= all.size()) {
            throw new TrainingException(
                    Code.SETTINGS_INVALID, "validation " + held + " must lie between 1 and " + (all.size() - 1));
        }
        Samples training = all.part(0, all.size() - held);
        Samples validation = all.part(all.size() - held, all.size());
        Graph graph = graph(job, all);
        Path folder = Path.of(job.result());
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new TrainingException(Code.OUTPUT_FAILED, "cannot make " + folder + ": " + e.getMessage(), e);
        }
        long begin = System.nanoTime();
        try (TensorBackend backend = new PyTorchBackend()) {
            if (job.threads() > 0) {
                backend.threads(job.threads());
            }
            Graph teacher = job.teacher() == null ? null : OnnxFile.read(Path.of(job.teacher()));
            Stages stages = new Stages(backend, job, teacher, training, validation, augmentation(job), listener);
            Graph result = stages.run(graph);
            Path file = folder.resolve("model.onnx");
            Graphs.write(result, file);
            Map<String, Object> record = new LinkedHashMap<>();
            record.put("job", job);
            record.put("engine", backend.describe());
            record.put("steps", stages.records());
            record.put("bytes", Files.size(file));
            record.put("seconds", Math.round((System.nanoTime() - begin) / 1e9));
            Judge judge = new Judge(result, job.output());
            record.put("validationAccuracy", judge.score(validation).accuracy());
            if (data.testImages() != null) {
                Samples test = IdxImages.open(
                        Path.of(data.testImages()), Path.of(data.testLabels()), data.mean(), data.deviation());
                Evaluation score = judge.score(test);
                record.put("testSamples", score.samples());
                record.put("testAccuracy", score.accuracy());
                record.put("testHalfWidth95", score.halfWidth());
            }
            if (teacher != null) {
                record.putAll(judge.against(teacher, validation));
            }
            Files.writeString(
                    folder.resolve("training.json"),
                    TrainingJob.json().writerWithDefaultPrettyPrinter().writeValueAsString(record) + "\n");
            return record;
        } catch (IOException e) {
            throw new TrainingException(Code.OUTPUT_FAILED, "cannot write to " + folder + ": " + e.getMessage(), e);
        }
    }

    private static void checkDigests(TrainingJob.Data data) {
        if (data.digests() == null) {
            return;
        }
        for (String path : new String[] {data.images(), data.labels(), data.testImages(), data.testLabels()}) {
            if (path == null) {
                continue;
            }
            String name = Path.of(path).getFileName().toString();
            String wanted = data.digests().get(name);
            if (wanted != null) {
                String got = IdxImages.md5(Path.of(path));
                if (!got.equals(wanted)) {
                    throw new TrainingException(
                            Code.DATA_INVALID, path + " has MD5 " + got + " and should have " + wanted);
                }
            }
        }
    }

    private static Graph graph(TrainingJob job, Samples samples) {
        if (job.graph() != null) {
            return OnnxFile.read(Path.of(job.graph()));
        }
        int classes = 0;
        for (int i = 0; i < samples.size(); i++) {
            classes = Math.max(classes, samples.label(i) + 1);
        }
        return Architectures.byName(
                job.architecture(), samples.shape(), classes, job.training().seed());
    }

    private static Augmentation augmentation(TrainingJob job) {
        List<Augmentation> steps = new ArrayList<>();
        float black = (float) ((0 - job.data().mean()) / job.data().deviation());
        if (job.augment() != null) {
            job.augment().forEach((name, strength) -> {
                switch (name) {
                    case "flip" -> steps.add(strength > 0 ? Augmentation.flip() : Augmentation.none());
                    case "shift" -> steps.add(Augmentation.shift(strength, black));
                    case "cutout" -> steps.add(Augmentation.cutout(strength, black));
                    default ->
                        throw new TrainingException(
                                Code.SETTINGS_INVALID,
                                "augment " + name + " is unknown; there are flip, shift, cutout");
                }
            });
        }
        return Augmentation.all(steps);
    }
}
