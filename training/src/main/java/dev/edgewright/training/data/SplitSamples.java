package dev.edgewright.training.data;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.data.Batch;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * A split of a data.yaml in memory, for reading in any order. Takes what the split gives: any number of inputs, floats and whole numbers,
 * classes, numbers to come near to (regression), or neither.
 */
public final class SplitSamples implements Samples {

    private static final int BATCH = 64;
    /** Of the heap, what samples may take; the rest is the graph's and the batches'. */
    private static final double HEAP_SHARE = 0.7;

    private final List<Feature> features = new ArrayList<>();
    private final List<Rows> floats = new ArrayList<>();
    private final List<long[][]> longs = new ArrayList<>();
    private final int size;
    private final long[] fingerprints;
    private int[] labels;
    private Rows targets;
    private int targetWidth;
    private String digest;

    private SplitSamples(int size) {
        this.size = size;
        this.fingerprints = new long[size];
    }

    /**
     * Reads a split.
     *
     * @param wanted inputs to keep; null for all
     * @throws TrainingException DATA_INVALID when the split cannot be read, or is larger than memory
     */
    public static SplitSamples load(Split split, Set<String> wanted) {
        SplitSamples samples = new SplitSamples((int) Math.min(Integer.MAX_VALUE, split.size()));
        List<String> inputs = split.inputs().stream()
                .filter(input -> wanted == null || wanted.contains(input))
                .toList();
        if (inputs.isEmpty()) {
            throw new TrainingException(
                    Code.DATA_INVALID, "the data fills " + split.inputs() + " and the graph reads " + wanted);
        }
        try {
            samples.read(split, inputs);
        } catch (CompressionException e) {
            throw new TrainingException(Code.DATA_INVALID, "split " + split.name() + ": " + e.getMessage(), e);
        }
        return samples;
    }

    private void read(Split split, List<String> inputs) {
        MessageDigest whole = sha256();
        int[] at = {0};
        split.forEachBatch(BATCH, batch -> {
            if (features.isEmpty()) {
                begin(split, batch, inputs);
            }
            byte[][] hashed = new byte[batch.size()][];
            for (int f = 0; f < inputs.size(); f++) {
                add(f, batch.inputs().get(inputs.get(f)), at[0], batch.size(), hashed);
            }
            for (int i = 0; targets != null && i < batch.size(); i++) {
                float[] row = batch.targetsOf(i);
                targets.add(row, 0, targetWidth);
                whole.update(bytes(row));
            }
            for (int i = 0; i < batch.size(); i++) {
                if (labels != null) {
                    labels[at[0] + i] = Math.toIntExact(batch.labels()[i]);
                    whole.update(
                            ByteBuffer.allocate(4).putInt(labels[at[0] + i]).array());
                }
                whole.update(hashed[i]);
                fingerprints[at[0] + i] = ByteBuffer.wrap(hashed[i]).getLong();
            }
            at[0] += batch.size();
        });
        digest = HexFormat.of().formatHex(whole.digest()).substring(0, 32);
    }

    private void begin(Split split, Batch first, List<String> inputs) {
        double bytes = 0;
        for (String input : inputs) {
            Tensor tensor = first.inputs().get(input);
            boolean whole = tensor.type() != ElementType.FLOAT;
            long[] shape = Arrays.copyOfRange(tensor.sizes(), 1, tensor.rank());
            features.add(new Feature(input, whole ? Feature.Kind.LONGS : Feature.Kind.FLOATS, shape));
            floats.add(whole ? null : new Rows(size));
            longs.add(whole ? new long[size][] : null);
            bytes += (double) split.size() * features.get(features.size() - 1).elements() * (whole ? 8 : 2);
        }
        targetWidth = first.targets().length / first.size();
        targets = targetWidth == 0 ? null : new Rows(size);
        labels = first.hasLabels() ? new int[size] : null;
        double room = Runtime.getRuntime().maxMemory() * HEAP_SHARE;
        if (bytes > room || split.size() > Integer.MAX_VALUE) {
            throw new TrainingException(
                    Code.DATA_INVALID,
                    "split " + split.name() + " needs " + Math.round(bytes / 1e6)
                            + " MB in memory and there is room for "
                            + Math.round(room / 1e6)
                            + " MB: give the training process more heap (heapMb in the job), or"
                            + " take a shorter range of samples");
        }
    }

    private void add(int f, Tensor tensor, int at, int count, byte[][] hashed) {
        Feature feature = features.get(f);
        int elements = feature.elements();
        if (tensor.elements() != (long) elements * count) {
            throw new TrainingException(
                    Code.DATA_INVALID,
                    "input " + feature.input() + " changes its shape at sample " + at + ": " + feature + " and then "
                            + Arrays.toString(tensor.sizes()));
        }
        MessageDigest sha = sha256();
        float[] values = longs.get(f) == null ? tensor.toFloats() : null;
        long[] numbers = values == null ? tensor.toLongs() : null;
        for (int i = 0; i < count; i++) {
            if (hashed[i] != null) {
                sha.update(hashed[i]);
            }
            if (values != null) {
                floats.get(f).add(values, i * elements, elements);
                sha.update(bytes(Arrays.copyOfRange(values, i * elements, (i + 1) * elements)));
            } else {
                longs.get(f)[at + i] = Arrays.copyOfRange(numbers, i * elements, (i + 1) * elements);
                ByteBuffer buffer = ByteBuffer.allocate(elements * Long.BYTES);
                buffer.asLongBuffer().put(longs.get(f)[at + i]);
                sha.update(buffer.array());
            }
            hashed[i] = sha.digest();
        }
    }

    private static byte[] bytes(float[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Float.BYTES);
        buffer.asFloatBuffer().put(values);
        return buffer.array();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The share of these samples whose inputs are also among the others, to the bit: 0..1. */
    public double sharedWith(SplitSamples others) {
        long[] known = others.fingerprints.clone();
        Arrays.sort(known);
        long shared = Arrays.stream(fingerprints)
                .filter(one -> Arrays.binarySearch(known, one) >= 0)
                .count();
        return (double) shared / size;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public List<Feature> features() {
        return List.copyOf(features);
    }

    @Override
    public void read(int feature, int index, float[] target, int offset) {
        floats.get(feature).copy(index, target, offset);
    }

    @Override
    public void read(int feature, int index, long[] target, int offset) {
        long[] row = longs.get(feature)[index];
        System.arraycopy(row, 0, target, offset, row.length);
    }

    @Override
    public int label(int index) {
        return labels == null ? -1 : labels[index];
    }

    @Override
    public int targetWidth() {
        return targetWidth;
    }

    @Override
    public void target(int index, float[] target, int offset) {
        targets.copy(index, target, offset);
    }

    @Override
    public String digest() {
        return digest;
    }
}
