package dev.edgewright.training.data;

import java.util.List;

/** The samples from one position up to another. */
record Part(Samples whole, int from, int to) implements Samples {

    Part {
        if (from < 0 || to > whole.size() || from > to) {
            throw new IllegalArgumentException("part " + from + ".." + to + " of " + whole.size() + " samples");
        }
    }

    @Override
    public int size() {
        return to - from;
    }

    @Override
    public List<Feature> features() {
        return whole.features();
    }

    @Override
    public void read(int feature, int index, float[] target, int offset) {
        whole.read(feature, from + index, target, offset);
    }

    @Override
    public void read(int feature, int index, long[] target, int offset) {
        whole.read(feature, from + index, target, offset);
    }

    @Override
    public int label(int index) {
        return whole.label(from + index);
    }

    @Override
    public int targetWidth() {
        return whole.targetWidth();
    }

    @Override
    public void target(int index, float[] target, int offset) {
        whole.target(from + index, target, offset);
    }

    @Override
    public String digest() {
        return whole.digest() + ":" + from + ".." + to;
    }
}
