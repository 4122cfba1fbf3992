package dev.edgewright.training.data;

import java.util.List;

/**
 * Samples for the inputs of a graph, each with a class, with numbers to come near to, or with nothing (a teacher then says what is
 * right). Read by index, from any thread.
 */
public interface Samples {

    int size();

    /** What each sample holds, in a fixed order; at least one. */
    List<Feature> features();

    /** Writes a sample's floats of one feature, normalised as the graph wants them, to {@code target} from {@code offset}. */
    void read(int feature, int index, float[] target, int offset);

    /** Writes a sample's whole numbers of one feature to {@code target} from {@code offset}. */
    default void read(int feature, int index, long[] target, int offset) {
        throw new IllegalArgumentException("feature " + features().get(feature) + " holds floats");
    }

    /** The class of a sample; -1 when there are no classes. */
    int label(int index);

    /** How many numbers each sample should lead to (regression); 0 when there are none. */
    default int targetWidth() {
        return 0;
    }

    /** Writes the numbers that a sample should lead to. */
    default void target(int index, float[] target, int offset) {
        throw new IllegalStateException("these samples have no targets");
    }

    /** Hex digest of everything that can be read here: two sets with one digest are the same data. */
    String digest();

    /** Whether samples have classes. */
    default boolean labelled() {
        return size() > 0 && label(0) >= 0;
    }

    /** Axes of the first feature. */
    default long[] shape() {
        return features().get(0).shape();
    }

    /** Numbers in the first feature of a sample. */
    default int elements() {
        return features().get(0).elements();
    }

    /** The first feature of a sample. */
    default void read(int index, float[] target, int offset) {
        read(0, index, target, offset);
    }

    /** The same samples with features of other shapes, each of as many numbers. */
    default Samples shaped(List<Feature> features) {
        return new Shaped(this, features);
    }

    /** A part of these samples, by position. */
    default Samples part(int from, int to) {
        return new Part(this, from, to);
    }
}
