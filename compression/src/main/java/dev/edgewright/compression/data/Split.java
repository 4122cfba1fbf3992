package dev.edgewright.compression.data;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.data.format.Column;
import dev.edgewright.compression.graph.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Consumer;

/** A named range of samples: {@code calibration}, {@code validation} or {@code test}. Reading it twice gives the same samples. */
public final class Split {

    private final String name;
    private final Map<String, Column> inputs;
    private final Column labels;
    private final Column targets;
    private final long from;
    private final long to;

    /**
     * @param labels the column of classes, null when the data has none
     * @param targets the column of numbers to come close to, null when the data has none
     */
    Split(String name, Map<String, Column> inputs, Column labels, Column targets, long from, long to) {
        this.name = name;
        this.inputs = new LinkedHashMap<>(inputs);
        this.labels = labels;
        this.targets = targets;
        this.from = from;
        this.to = to;
        if (from < 0 || to <= from) {
            throw new CompressionException(
                    Code.DATA_INVALID, "split " + name + " holds no samples: " + from + ".." + to);
        }
        this.inputs.forEach((input, column) -> check(input, column));
        if (labels != null) {
            check("labels", labels);
        }
        if (targets != null) {
            check("labels", targets);
        }
    }

    private void check(String what, Column column) {
        if (column.count() < to) {
            throw new CompressionException(
                    Code.DATA_INVALID,
                    "split " + name + " ends at sample " + to + ", but the file of " + what + " holds "
                            + column.count());
        }
    }

    public String name() {
        return name;
    }

    /** How many samples. */
    public long size() {
        return to - from;
    }

    /** The names of the model inputs that this data fills. */
    public Set<String> inputs() {
        return inputs.keySet();
    }

    /** Whether there is a class or a number to compare with for each sample. */
    public boolean hasLabels() {
        return labels != null || targets != null;
    }

    /** The first samples only. */
    public Split limit(long samples) {
        return samples >= size() ? this : new Split(name, inputs, labels, targets, from, from + samples);
    }

    /** Feeds every batch in order; the last one may be smaller. */
    public void forEachBatch(int batchSize, Consumer<Batch> consumer) {
        try (Batches batches = batches(batchSize)) {
            batches.forEachRemaining(consumer);
        }
    }

    /** The first samples as one batch. */
    public Batch first(int samples) {
        try (Batches batches = batches((int) Math.min(samples, size()))) {
            return batches.next();
        }
    }

    /** Reads in order, in batches; close it. */
    public Batches batches(int batchSize) {
        return new Batches(batchSize);
    }

    /** A pass over the samples. */
    public final class Batches implements Iterator<Batch>, AutoCloseable {

        private final int batchSize;
        private final Map<String, Column.Reader> readers = new LinkedHashMap<>();
        private final List<Column.Reader> open = new ArrayList<>();
        private final Column.Reader labelReader;
        private final Column.Reader targetReader;
        private long position = from;

        private Batches(int batchSize) {
            if (batchSize < 1) {
                throw new IllegalArgumentException("a batch holds at least one sample, not " + batchSize);
            }
            this.batchSize = batchSize;
            inputs.forEach((input, column) -> readers.put(input, opened(column)));
            labelReader = opened(labels);
            targetReader = opened(targets);
        }

        private Column.Reader opened(Column column) {
            if (column == null) {
                return null;
            }
            Column.Reader reader = column.open(from);
            open.add(reader);
            return reader;
        }

        @Override
        public boolean hasNext() {
            return position < to;
        }

        @Override
        public Batch next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            int size = (int) Math.min(batchSize, to - position);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            readers.forEach((input, reader) -> tensors.put(input, reader.next(size)));
            long[] classes =
                    labelReader == null ? new long[0] : labelReader.next(size).toLongs();
            float[] numbers = targetReader == null
                    ? new float[0]
                    : targetReader.next(size).toFloats();
            position += size;
            return new Batch(tensors, classes, numbers, size);
        }

        @Override
        public void close() {
            open.forEach(Column.Reader::close);
        }
    }
}
