package dev.edgewright.training.child;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.cleanup.Cleanup;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.pass.PassContext;
import dev.edgewright.compression.quantize.StaticInt8;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.architecture.Architectures;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.tensor.PyTorchBackend;
import dev.edgewright.training.tensor.TensorBackend;
import dev.edgewright.training.trainer.Evaluation;
import dev.edgewright.training.trainer.Graphs;
import dev.edgewright.training.trainer.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
        Graph given = job.graph() == null ? null : read(job.graph());
        Graph teacher = job.teacher() == null ? null : read(job.teacher());
        JobData raw = JobData.open(job.data(), inputs(given, teacher));
        Graph graph = given == null ? architecture(job, raw.training()) : given;
        JobData data = raw.fitted(graph);
        String output = job.output() == null ? graph.outputs().get(0).name() : job.output();
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
            Stages stages = new Stages(backend, job, output, teacher, data, Views.of(job, data), listener);
            Graph result = finished(stages.run(graph));
            Path file = folder.resolve("model.onnx");
            Graphs.write(result, file);
            Map<String, Object> record = new LinkedHashMap<>();
            record.put("job", job);
            record.put("engine", backend.describe());
            record.put("steps", stages.records());
            record.put("front", stages.front(result, file));
            record.put("bytes", Files.size(file));
            record.put("seconds", Math.round((System.nanoTime() - begin) / 1e9));
            score(record, new Judge(result, output), data, teacher);
            if (teacher != null
                    && !Boolean.FALSE.equals(job.measure())
                    && names(teacher).equals(names(result))) {
                record.putAll(new Judge(result, output).against(teacher, data.validation()));
            }
            Files.writeString(
                    folder.resolve("training.json"),
                    TrainingJob.json().writerWithDefaultPrettyPrinter().writeValueAsString(record) + "\n");
            Files.writeString(folder.resolve("report.html"), TrainingReport.html(record));
            return record;
        } catch (IOException e) {
            throw new TrainingException(Code.OUTPUT_FAILED, "cannot write to " + folder + ": " + e.getMessage(), e);
        }
    }

    /** What is quantised will be trained no further, so names inside it have served; a float graph keeps them for the next steps. */
    private static Graph finished(Graph graph) {
        return StaticInt8.isQuantized(graph)
                ? Cleanup.forDeployment().apply(graph, PassContext.of(0)).graph()
                : graph;
    }

    private static Graph read(String file) {
        try {
            return OnnxFile.read(Path.of(file));
        } catch (CompressionException e) {
            throw new TrainingException(Code.GRAPH_INVALID, file + ": " + e.getMessage(), e);
        }
    }

    /** The inputs that samples have to fill; null for all there are. */
    private static Set<String> inputs(Graph graph, Graph teacher) {
        if (graph == null || graph.feeds().size() == 1) {
            return null; // one input takes the only feature, whatever its name
        }
        Set<String> names = new LinkedHashSet<>(names(graph));
        if (teacher != null) {
            names.addAll(names(teacher));
        }
        return names;
    }

    private static List<String> names(Graph graph) {
        return graph.feeds().stream().map(ValueInfo::name).toList();
    }

    private static void score(Map<String, Object> record, Judge judge, JobData data, Graph teacher) {
        Samples validation = data.validation();
        if (validation.labelled()) {
            record.put("validationAccuracy", judge.score(validation).accuracy());
        } else if (validation.targetWidth() > 0) {
            record.put("validationSquaredError", judge.score(validation).loss());
        } else if (teacher != null) {
            record.put("validationCosine", judge.cosine(teacher, validation));
        }
        data.test().ifPresent(open -> {
            Samples test = open.get();
            record.put("testSamples", test.size());
            if (test.labelled()) {
                Evaluation score = judge.score(test);
                record.put("testAccuracy", score.accuracy());
                record.put("testHalfWidth95", score.halfWidth());
            } else if (test.targetWidth() > 0) {
                record.put("testSquaredError", judge.score(test).loss());
            } else if (teacher != null) {
                record.put("testCosine", judge.cosine(teacher, test));
            }
        });
    }

    private static Graph architecture(TrainingJob job, Samples samples) {
        int classes = samples.targetWidth();
        for (int i = 0; i < samples.size(); i++) {
            classes = Math.max(classes, samples.label(i) + 1);
        }
        if (classes == 0) {
            throw new TrainingException(
                    Code.SETTINGS_INVALID,
                    "architecture " + job.architecture() + " needs labels to know how many classes there are");
        }
        long[] sample = samples.shape();
        if (sample.length == 2 && !job.architecture().equals("encoder")) {
            sample = new long[] {1, sample[0], sample[1]}; // grey pictures without an axis for their one channel
        }
        Graph graph = Architectures.byName(
                job.architecture(), sample, classes, job.training().seed());
        String input = samples.features().get(0).input();
        return input.isEmpty() ? graph : Architectures.withInput(graph, input);
    }
}
