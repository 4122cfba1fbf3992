package dev.edgewright.training.data;

import java.util.List;

/** The same samples, their features under other names or in other shapes of as many numbers. */
record Shaped(Samples whole, List<Feature> features) implements Samples {

    Shaped {
        features = List.copyOf(features);
        for (int f = 0; f < features.size(); f++) {
            if (features.get(f).elements() != whole.features().get(f).elements()) {
                throw new IllegalArgumentException(features.get(f) + " does not hold as many numbers as "
                        + whole.features().get(f));
            }
        }
    }

    @Override
    public int size() {
        return whole.size();
    }

    @Override
    public void read(int feature, int index, float[] target, int offset) {
        whole.read(feature, index, target, offset);
    }

    @Override
    public void read(int feature, int index, long[] target, int offset) {
        whole.read(feature, index, target, offset);
    }

    @Override
    public int label(int index) {
        return whole.label(index);
    }

    @Override
    public int targetWidth() {
        return whole.targetWidth();
    }

    @Override
    public void target(int index, float[] target, int offset) {
        whole.target(index, target, offset);
    }

    @Override
    public String digest() {
        return whole.digest();
    }
}
