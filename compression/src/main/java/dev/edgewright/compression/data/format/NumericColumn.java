package dev.edgewright.compression.data.format;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Tensor;
import java.io.IOException;
import java.io.InputStream;

/** A column of numbers from IDX, NPY or NPZ records, as floats after preprocessing, or as they are when another type is asked for. */
public final class NumericColumn implements Column {

    private final String name;
    private final Records records;
    private final Preprocessing preprocessing;
    private final ElementType type;

    public NumericColumn(String name, Records records, Preprocessing preprocessing, ElementType type) {
        this.name = name;
        this.records = records;
        this.preprocessing = preprocessing;
        this.type = type;
        preprocessing.check("input " + name, records.sizes());
    }

    @Override
    public long count() {
        return records.count();
    }

    @Override
    public Reader open(long from) {
        InputStream in = records.open(from);
        return new Reader() {
            private long position = from;

            @Override
            public Tensor next(int samples) {
                byte[] bytes = records.read(in, position, samples);
                Tensor tensor = convert(bytes, samples, position);
                position += samples;
                return tensor;
            }

            @Override
            public void close() {
                try {
                    in.close();
                } catch (IOException e) {
                    throw new CompressionException(Code.DATA_INVALID, "cannot close " + records.file(), e);
                }
            }
        };
    }

    private Tensor convert(byte[] bytes, int samples, long position) {
        if (records.bigEndian() && records.type().bits() > 8) {
            reverse(bytes, records.type().bits() / 8);
        }
        int elements = records.elements();
        Tensor raw = Tensor.ofRaw(name, records.type(), new long[] {samples, elements}, bytes);
        if (type != ElementType.FLOAT) {
            return whole(raw, preprocessing.sizes(samples, records.sizes()));
        }
        float[] values = raw.toFloats();
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new CompressionException(
                        Code.DATA_NOT_FINITE,
                        "input " + name + " of sample " + (position + i / elements) + " in " + records.file()
                                + " holds " + values[i] + "; leave the sample out");
            }
        }
        return preprocessing.tensor(name, values, samples, records.sizes());
    }

    private Tensor whole(Tensor raw, long[] sizes) {
        if (raw.type() == type) {
            return raw.withSizes(sizes);
        }
        long[] values = raw.toLongs();
        return switch (type) {
            case INT64 -> Tensor.ofLongs(name, values, sizes);
            case INT32 -> {
                int[] ints = new int[values.length];
                for (int i = 0; i < ints.length; i++) {
                    ints[i] = Math.toIntExact(values[i]);
                }
                yield Tensor.ofInts(name, ints, sizes);
            }
            default ->
                throw new CompressionException(
                        Code.DATA_INVALID,
                        "input " + name + ": " + raw.type() + " in the file cannot be read as " + type);
        };
    }

    private static void reverse(byte[] bytes, int width) {
        for (int start = 0; start < bytes.length; start += width) {
            for (int i = 0; i < width / 2; i++) {
                byte swap = bytes[start + i];
                bytes[start + i] = bytes[start + width - 1 - i];
                bytes[start + width - 1 - i] = swap;
            }
        }
    }
}
