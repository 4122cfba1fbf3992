package dev.edgewright.compression.pass;

import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.runtime.ShapeInference;
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
