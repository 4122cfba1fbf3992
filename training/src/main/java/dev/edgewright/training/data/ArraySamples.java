package dev.edgewright.training.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Samples in one float array: tables, and anything small. */
public final class ArraySamples implements Samples {

    private final float[] values;
    private final int[] labels;
    private final long[] shape;
    private final int elements;

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

    @Override
    public int size() {
        return values.length / elements;
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    @Override
    public void read(int index, float[] target, int offset) {
        System.arraycopy(values, index * elements, target, offset, elements);
    }

    @Override
    public int label(int index) {
        return labels == null ? -1 : labels[index];
    }

    @Override
    public String digest() {
        ByteBuffer bytes = ByteBuffer.allocate(4 * (values.length + (labels == null ? 0 : labels.length)));
        for (float value : values) {
            bytes.putFloat(value);
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
