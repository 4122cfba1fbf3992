package dev.edgewright.compression.data;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Consumer;

/** A named range of samples: {@code calibration}, {@code validation} or {@code test}. Reading it twice gives the same samples. */
public final class Split {

    private final String name;
    private final Map<String, Column> inputs;
    private final Column labels;
    private final long from;
    private final long to;

    /** @param labels the column of classes, null when the data has none */
    Split(String name, Map<String, Column> inputs, Column labels, long from, long to) {
        this.name = name;
        this.inputs = new LinkedHashMap<>(inputs);
        this.labels = labels;
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
    public java.util.Set<String> inputs() {
        return inputs.keySet();
    }

    public boolean hasLabels() {
        return labels != null;
    }

    /** The first samples only. */
    public Split limit(long samples) {
        return samples >= size() ? this : new Split(name, inputs, labels, from, from + samples);
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
        private Column.Reader labelReader;
        private long position = from;

        private Batches(int batchSize) {
            if (batchSize < 1) {
                throw new IllegalArgumentException("a batch holds at least one sample, not " + batchSize);
            }
            this.batchSize = batchSize;
            inputs.forEach((input, column) -> {
                Column.Reader reader = column.open(from);
                open.add(reader);
                readers.put(input, reader);
            });
            if (labels != null) {
                labelReader = labels.open(from);
                open.add(labelReader);
            }
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
            position += size;
            return new Batch(tensors, classes, size);
        }

        @Override
        public void close() {
            open.forEach(Column.Reader::close);
        }
    }
}
