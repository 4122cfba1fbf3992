package dev.edgewright.compression.data;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Tensor;
import java.io.IOException;
import java.io.InputStream;

/** A column of numbers from IDX or NPY records, as floats after preprocessing, or as they are when another type is asked for. */
final class NumericColumn implements Column {

    private final String name;
    private final Records records;
    private final Preprocessing preprocessing;
    private final ElementType type;

    NumericColumn(String name, Records records, Preprocessing preprocessing, ElementType type) {
        this.name = name;
        this.records = records;
        this.preprocessing = preprocessing;
        this.type = type;
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
        long[] sample = preprocessing.sampleSizes(records.sizes());
        long[] sizes = new long[sample.length + 1];
        sizes[0] = samples;
        System.arraycopy(sample, 0, sizes, 1, sample.length);
        if (type != ElementType.FLOAT) {
            return whole(raw, sizes);
        }
        float[] values = raw.toFloats();
        float[] out = new float[values.length];
        for (int i = 0; i < samples; i++) {
            preprocessing.apply(values, i * elements, out, i * elements, records.sizes());
        }
        for (int i = 0; i < out.length; i++) {
            if (!Float.isFinite(out[i])) {
                throw new CompressionException(
                        Code.DATA_NOT_FINITE,
                        "input " + name + " of sample " + (position + i / elements) + " in " + records.file()
                                + " holds " + out[i]);
            }
        }
        return Tensor.ofFloats(name, out, sizes);
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
