package dev.edgewright.training.data;

/** Samples for one input of a graph, with a class label each, or without labels. Read by index, from any thread. */
public interface Samples {

    int size();

    /** Lengths of one sample's axes, without the batch: [channels, height, width], [features]. */
    long[] shape();

    /** Writes the sample, normalised as the graph wants it, to {@code target} from {@code offset}. */
    void read(int index, float[] target, int offset);

    /** The class of a sample; -1 when there are no labels. */
    int label(int index);

    /** Hex digest of everything that {@link #read} and {@link #label} can return: two sets with one digest are the same data. */
    String digest();

    default boolean labelled() {
        return size() > 0 && label(0) >= 0;
    }

    default int elements() {
        long product = 1;
        for (long length : shape()) {
            product *= length;
        }
        return Math.toIntExact(product);
    }

    /** A part of these samples, by position. */
    default Samples part(int from, int to) {
        return new Part(this, from, to);
    }
}
