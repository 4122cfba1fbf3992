package dev.edgewright.training.child;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.data.IdxImages;
import dev.edgewright.training.data.Samples;
import dev.edgewright.training.data.SplitSamples;
import dev.edgewright.training.trainer.Feeds;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The samples of a job.
 *
 * @param training to learn from
 * @param validation to decide on; none of them is among the training samples
 * @param test read once, at the end; empty when the job names none
 */
record JobData(Samples training, Samples validation, Optional<Supplier<Samples>> test) {

    static final String TRAIN = "train";

    /** Validation samples that may also be training samples by chance: tables repeat rows, a wrong range repeats nearly all. */
    private static final double CHANCE = 0.5;

    /**
     * Opens what a job names.
     *
     * @param wanted inputs of the graphs that read the samples; null for all
     * @throws TrainingException DATA_INVALID or SETTINGS_INVALID with the place and what to do
     */
    static JobData open(TrainingJob.Data data, Set<String> wanted) {
        return data.source() == null ? idx(data) : source(data, wanted);
    }

    /** The same samples in the shapes that a graph declares. */
    JobData fitted(Graph graph) {
        return new JobData(
                Feeds.fit(graph, training),
                Feeds.fit(graph, validation),
                test.map(open -> () -> Feeds.fit(graph, open.get())));
    }

    private static JobData source(TrainingJob.Data data, Set<String> wanted) {
        DataSource source;
        try {
            Path place = Path.of(data.source());
            source = data.confined() ? DataSource.openConfined(place) : DataSource.open(place);
        } catch (CompressionException e) {
            throw new TrainingException(Code.DATA_INVALID, e.getMessage(), e);
        }
        Split train = source.split(TRAIN)
                .orElseThrow(() -> new TrainingException(
                        Code.DATA_INVALID,
                        data.source() + " names no samples to train on: add a split 'train' to its data.yaml, for"
                                + " instance splits: {train: 2560..60000}"));
        SplitSamples all = SplitSamples.load(train, wanted);
        Optional<Supplier<Samples>> test =
                source.split(DataSource.TEST).map(split -> () -> SplitSamples.load(split, wanted));
        if (data.validation() > 0) {
            return held(all, data.validation(), test);
        }
        Split split = source.split(DataSource.VALIDATION)
                .orElseThrow(() -> new TrainingException(
                        Code.DATA_INVALID,
                        data.source() + " names no split 'validation': add one to its data.yaml, or set validation in"
                                + " the job to how many training samples are held out"));
        SplitSamples validation = SplitSamples.load(split, wanted);
        double shared = validation.sharedWith(all);
        if (shared > CHANCE) {
            throw new TrainingException(
                    Code.DATA_INVALID,
                    Math.round(100 * shared) + " % of the validation samples of " + data.source()
                            + " are also training samples: the accuracy would be that of what was learnt by heart."
                            + " Choose ranges that do not overlap");
        }
        return new JobData(all, validation, test);
    }

    private static JobData idx(TrainingJob.Data data) {
        if (data.images() == null || data.labels() == null) {
            throw new TrainingException(
                    Code.SETTINGS_INVALID,
                    "data names neither a source (a folder with data.yaml) nor images and labels");
        }
        checkDigests(data);
        Samples all = IdxImages.open(Path.of(data.images()), Path.of(data.labels()), data.mean(), data.deviation());
        Optional<Supplier<Samples>> test = data.testImages() == null
                ? Optional.empty()
                : Optional.of(() -> IdxImages.open(
                        Path.of(data.testImages()), Path.of(data.testLabels()), data.mean(), data.deviation()));
        return held(all, data.validation(), test);
    }

    private static JobData held(Samples all, int held, Optional<Supplier<Samples>> test) {
        if (held < 1 || held >= all.size()) {
            throw new TrainingException(
                    Code.SETTINGS_INVALID, "validation " + held + " must lie between 1 and " + (all.size() - 1));
        }
        return new JobData(all.part(0, all.size() - held), all.part(all.size() - held, all.size()), test);
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

    /** The smallest number in the first samples: what an image shows where there is nothing. */
    float background() {
        float[] sample = new float[training.elements()];
        float least = Float.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(64, training.size()); i++) {
            training.read(i, sample, 0);
            for (float value : sample) {
                least = Math.min(least, value);
            }
        }
        return least;
    }
}
