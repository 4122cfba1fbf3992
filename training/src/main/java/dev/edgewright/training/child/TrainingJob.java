package dev.edgewright.training.child;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What to train, on what, how, and where to leave it. Read from YAML; relative paths are taken from the file's folder.
 *
 * @param architecture name of a ready architecture ({@code resnet20}), or null when {@code graph} is given
 * @param graph ONNX file to train, or null
 * @param teacher ONNX file to learn from beside the labels, or null; for pruning usually the graph itself
 * @param distillation how to learn from the teacher; null for the usual
 * @param steps what is done one after another; null for a single training
 * @param output graph output that is scored; null for the first
 * @param data training and validation samples, and test samples that are scored once, at the end
 * @param training epochs, rate and the like
 * @param augment {@code flip}, {@code shift} (pixels), {@code cutout} (pixels), {@code views} (how many ways each sample is shown in; 0 or
 *     left out: ever new ones). With views, or without augmentation, the teacher is asked once about each and its answers are kept; about
 *     ever new ones it is asked in every step
 * @param threads threads of the engine, 0 for all
 * @param heapMb Java heap of the process that trains; null for the usual
 * @param measure whether speed is measured at the end; null for yes
 * @param result folder for the trained graph, the checkpoint and the record
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingJob(
        String architecture,
        String graph,
        String teacher,
        Teaching distillation,
        List<Step> steps,
        String output,
        Data data,
        Training training,
        Map<String, Integer> augment,
        int threads,
        Integer heapMb,
        Boolean measure,
        String result) {

    /**
     * A data.yaml, or IDX files.
     *
     * @param source folder with a data.yaml whose splits are {@code train}, {@code validation} and, when there is one, {@code test}; null for
     *     IDX files
     * @param confined whether the data.yaml may name files of its own folder only
     * @param mean of the pixels in 0..1, of IDX files; 0 when left out
     * @param deviation of the pixels in 0..1; 1 when left out
     * @param validation how many samples at the end of the training files are held out; may be left out where data.yaml has a split for it
     * @param digests MD5 of files after unpacking, by file name; checked when given
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Data(
            String source,
            boolean confined,
            String images,
            String labels,
            String testImages,
            String testLabels,
            double mean,
            double deviation,
            int validation,
            Map<String, String> digests) {

        public Data {
            deviation = deviation == 0 ? 1 : deviation;
            if (!(deviation > 0)) {
                throw new TrainingException(
                        Code.SETTINGS_INVALID, "data: deviation, of the pixels, must be above 0, not " + deviation);
            }
            if ((testImages == null) != (testLabels == null)) {
                throw new TrainingException(
                        Code.SETTINGS_INVALID, "data: testImages and testLabels belong together, and one is missing");
            }
        }

        /** What a data.yaml describes. */
        public static Data of(Path source, boolean confined) {
            return new Data(source.toAbsolutePath().toString(), confined, null, null, null, null, 0, 1, 0, null);
        }
    }

    /**
     * @param schedule {@code one-cycle}, {@code cosine}, {@code steps} or {@code constant}
     * @param warmUp steps over which the rate rises from nothing, before and beside the schedule; 0 for none
     * @param optimizer {@code sgd} or {@code adamw}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Training(
            int epochs,
            int batch,
            double rate,
            String schedule,
            int warmUp,
            String optimizer,
            double momentum,
            double decay,
            double labelSmoothing,
            double clipNorm,
            double mixup,
            double averaging,
            int patience,
            long seed) {

        /** The same from another seed. */
        public Training withSeed(long other) {
            return new Training(
                    epochs,
                    batch,
                    rate,
                    schedule,
                    warmUp,
                    optimizer,
                    momentum,
                    decay,
                    labelSmoothing,
                    clipNorm,
                    mixup,
                    averaging,
                    patience,
                    other);
        }
    }

    /**
     * @param match {@code logits} (classes, at the temperature), {@code cosine} (embeddings) or {@code values}; null for logits where samples
     *     have labels, else for cosine
     * @param temperature of both distributions; 0 for the usual, 2
     * @param weight of the teacher, 0..1; the labels have the rest, and samples need none when it is 1; 0 for the usual, 0.7
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Teaching(String match, double temperature, double weight) {
        static final double TEMPERATURE = 2;
        static final double WEIGHT = 0.7;
        static final Teaching USUAL = new Teaching(null, TEMPERATURE, WEIGHT);

        public Teaching {
            temperature = temperature == 0 ? TEMPERATURE : temperature;
            weight = weight == 0 ? WEIGHT : weight;
        }
    }

    /**
     * One step of a longer job. What is left out is taken from the job's training.
     *
     * @param technique {@code train}, {@code narrow}, {@code shallow}, {@code prune}, {@code sparsify}, {@code low-rank} or {@code qat}
     * @param epochs of training in this step (for {@code prune}, after each cut)
     * @param rate peak learning rate
     * @param share for {@code narrow} of the channels, for {@code prune} and {@code low-rank} of the multiply-accumulates, for {@code sparsify}
     *     of the weights: what stays
     * @param rounds cuts of {@code prune}
     * @param unit channels that go together
     * @param floor validation accuracy at which {@code prune} stops
     * @param blocks whether {@code prune} tries what each cut costs on training samples, and takes out whole residual blocks too
     * @param drop residual blocks that {@code shallow} takes out
     * @param bits of the weights in {@code qat}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Step(
            @JsonProperty("do") String technique,
            Integer epochs,
            Double rate,
            Double share,
            Integer rounds,
            Integer unit,
            Double floor,
            Boolean blocks,
            Integer drop,
            Integer bits) {

        public Step {
            if (unit != null && unit < 1) {
                throw new TrainingException(
                        Code.SETTINGS_INVALID,
                        "step " + technique + ": unit, channels that go together, must be at least 1, not " + unit);
            }
        }

        /** A step with the job's own settings. */
        public static Step of(String technique) {
            return new Step(technique, null, null, null, null, null, null, null, null, null);
        }
    }

    private static final List<String> REQUIRED = List.of("data", "training", "result");

    static ObjectMapper json() {
        return JsonMapper.builder().build();
    }

    /** Reads a job; every path in it becomes absolute. */
    public static TrainingJob read(Path yaml) {
        try {
            TrainingJob job = new ObjectMapper(new YAMLFactory()).readValue(Files.readString(yaml), TrainingJob.class);
            if (job == null) {
                throw new TrainingException(Code.SETTINGS_INVALID, yaml + " is empty");
            }
            return job.checked(yaml).resolved(yaml.toAbsolutePath().getParent());
        } catch (JsonProcessingException e) {
            throw new TrainingException(Code.SETTINGS_INVALID, yaml + ": " + place(e), e);
        } catch (IOException e) {
            throw new TrainingException(Code.SETTINGS_INVALID, "cannot read " + yaml + ": " + e.getMessage(), e);
        }
    }

    /** What is wrong in a file, with the line and, for a key that nobody knows, those that are known. */
    private static String place(JsonProcessingException e) {
        String line =
                e.getLocation() == null ? "" : "near line " + e.getLocation().getLineNr() + ": ";
        if (e instanceof UnrecognizedPropertyException unknown) {
            return line + unknown.getPropertyName() + " is no key here; there are "
                    + new TreeSet<>(unknown.getKnownPropertyIds());
        }
        return line
                + (e.getCause() instanceof TrainingException refused ? refused.getMessage() : e.getOriginalMessage());
    }

    private TrainingJob checked(Path yaml) {
        Object[] present = {data, training, result};
        for (int i = 0; i < present.length; i++) {
            if (present[i] == null) {
                throw new TrainingException(Code.SETTINGS_INVALID, yaml + ": " + REQUIRED.get(i) + " is missing");
            }
        }
        if ((architecture == null) == (graph == null)) {
            throw new TrainingException(
                    Code.SETTINGS_INVALID, yaml + ": give either architecture or graph, not both or neither");
        }
        return this;
    }

    private TrainingJob resolved(Path folder) {
        return new TrainingJob(
                architecture,
                resolve(folder, graph),
                resolve(folder, teacher),
                distillation,
                steps,
                output,
                new Data(
                        resolve(folder, data.source()),
                        data.confined(),
                        resolve(folder, data.images()),
                        resolve(folder, data.labels()),
                        resolve(folder, data.testImages()),
                        resolve(folder, data.testLabels()),
                        data.mean(),
                        data.deviation(),
                        data.validation(),
                        data.digests()),
                training,
                augment,
                threads,
                heapMb,
                measure,
                resolve(folder, result));
    }

    private static String resolve(Path folder, String path) {
        return path == null ? null : folder.resolve(path).normalize().toString();
    }

    /** The same job with other results, for instance in a test. */
    public TrainingJob withResult(Path folder) {
        return with(threads, heapMb, folder.toAbsolutePath().toString());
    }

    /** The same job on so many threads of the engine, 0 for all. */
    public TrainingJob withThreads(int count) {
        return with(count, heapMb, result);
    }

    /** The same job with so much Java heap. */
    public TrainingJob withHeapMb(int heap) {
        return with(threads, heap, result);
    }

    private TrainingJob with(int count, Integer heap, String folder) {
        return new TrainingJob(
                architecture,
                graph,
                teacher,
                distillation,
                steps,
                output,
                data,
                training,
                augment,
                count,
                heap,
                measure,
                folder);
    }
}
