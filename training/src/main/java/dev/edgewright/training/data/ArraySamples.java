package dev.edgewright.training.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Samples in one float array: tables, and anything small. */
public final class ArraySamples implements Samples {

    private final float[] values;
    private final int[] labels;
    private final long[] shape;
    private final int elements;
    private float[] targets = new float[0];

    /**
     * @param values all samples one after another
     * @param labels a class each, or null
     * @param shape one sample's axes
     */
    public ArraySamples(float[] values, int[] labels, long... shape) {
        this.values = values;
        this.labels = labels;
        this.shape = shape.clone();
        long product = 1;
        for (long length : shape) {
            product *= length;
        }
        this.elements = Math.toIntExact(product);
        if (values.length % elements != 0 || labels != null && labels.length != values.length / elements) {
            throw new IllegalArgumentException(values.length + " values and "
                    + (labels == null ? "no" : Integer.toString(labels.length)) + " labels do not fit samples of "
                    + elements);
        }
    }

    /** The same samples with numbers to come near to instead of classes, one row after another. */
    public ArraySamples withTargets(float[] rows) {
        if (size() == 0 || rows.length % size() != 0) {
            throw new IllegalArgumentException(rows.length + " targets do not fit " + size() + " samples");
        }
        ArraySamples other = new ArraySamples(values, null, shape);
        other.targets = rows;
        return other;
    }

    @Override
    public int targetWidth() {
        return size() == 0 ? 0 : targets.length / size();
    }

    @Override
    public void target(int index, float[] target, int offset) {
        System.arraycopy(targets, index * targetWidth(), target, offset, targetWidth());
    }

    @Override
    public int size() {
        return values.length / elements;
    }

    @Override
    public List<Feature> features() {
        return List.of(Feature.floats(shape));
    }

    @Override
    public void read(int feature, int index, float[] target, int offset) {
        System.arraycopy(values, index * elements, target, offset, elements);
    }

    @Override
    public int label(int index) {
        return labels == null ? -1 : labels[index];
    }

    @Override
    public String digest() {
        ByteBuffer bytes =
                ByteBuffer.allocate(4 * (values.length + targets.length + (labels == null ? 0 : labels.length)));
        for (float value : values) {
            bytes.putFloat(value);
        }
        for (float target : targets) {
            bytes.putFloat(target);
        }
        if (labels != null) {
            for (int label : labels) {
                bytes.putInt(label);
            }
        }
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()))
                    .substring(0, 32);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
