package dev.edgewright.training.data;

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
    public long[] shape() {
        return whole.shape();
    }

    @Override
    public void read(int index, float[] target, int offset) {
        whole.read(from + index, target, offset);
    }

    @Override
    public int label(int index) {
        return whole.label(from + index);
    }

    @Override
    public String digest() {
        return whole.digest() + ":" + from + ".." + to;
    }
}
