package dev.edgewright.compression.pass;

import dev.edgewright.compression.Progress;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.runtime.ShapeInference;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What passes may draw on beside the graph: a seed, data, the model as it came in, and shapes. One context serves one run on one thread;
 * it keeps the shapes of the last graph that it was asked about.
 */
public final class PassContext {

    private final long seed;
    private final DataSource data;
    private final Split calibration;
    private final Graph original;
    private Progress progress = Progress.NONE;
    private Path workFolder;
    private Allowance allowance = Allowance.WHOLE;
    private Graph shapesOf;
    private ShapeInference shapes;

    private PassContext(long seed, DataSource data, Split calibration, Graph original) {
        this.seed = seed;
        this.data = data;
        this.calibration = calibration;
        this.original = original;
    }

    /** A context without data. */
    public static PassContext of(long seed) {
        return new PassContext(seed, null, null, null);
    }

    /** A context with calibration samples only. */
    public static PassContext of(long seed, Split calibration) {
        return new PassContext(seed, null, calibration, null);
    }

    /**
     * A context with everything.
     *
     * @param data null when there is none
     * @param calibration the samples to calibrate on, null when there are none
     * @param original the model as it came in: the teacher, the reference
     */
    public static PassContext of(long seed, DataSource data, Split calibration, Graph original) {
        return new PassContext(seed, data, calibration, original);
    }

    /**
     * The same context for one candidate, whose passes may take long.
     *
     * @param workFolder where a pass leaves what it goes on from after a kill; need not exist
     * @param progress hears how far a pass is, 0..1 of its own work, and may stop it
     * @param allowance what other processes of a pass may use
     */
    public PassContext working(Path workFolder, Progress progress, Allowance allowance) {
        PassContext other = new PassContext(seed, data, calibration, original);
        other.workFolder = workFolder;
        other.progress = progress;
        other.allowance = allowance;
        return other;
    }

    /** Where a pass leaves what it goes on from after a kill, when there is such a place. */
    public Optional<Path> workFolder() {
        return Optional.ofNullable(workFolder);
    }

    /** Hears how far a pass is; may ask it to stop. */
    public Progress progress() {
        return progress;
    }

    /** What other processes of a pass may use. */
    public Allowance allowance() {
        return allowance;
    }

    /** Where every random choice starts from. */
    public long seed() {
        return seed;
    }

    /** Samples to calibrate on, when there are any. */
    public Optional<Split> calibration() {
        return Optional.ofNullable(calibration);
    }

    /** All data, when there is any. */
    public Optional<DataSource> data() {
        return Optional.ofNullable(data);
    }

    /** The model as it came in, when this run began with one. */
    public Optional<Graph> original() {
        return Optional.ofNullable(original);
    }

    /** Types and shapes of this graph's values. */
    public ShapeInference shapes(Graph graph) {
        if (graph != shapesOf) {
            shapes = ShapeInference.of(graph);
            shapesOf = graph;
        }
        return shapes;
    }
}
