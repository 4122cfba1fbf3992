package dev.edgewright.compression.data.format;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Tensor;
import java.nio.file.Path;

/** Pictures as one input: [samples, channels, height, width], or with the channels last; one picture is decoded at a time. */
public final class ImageColumn implements Column {

    private final String name;
    private final Pictures pictures;
    private final ImagePreparation preparation;
    private final Preprocessing preprocessing;
    private final ElementType type;

    /** @param type FLOAT after preprocessing, or UINT8 as decoded */
    public ImageColumn(
            String name,
            Pictures pictures,
            ImagePreparation preparation,
            Preprocessing preprocessing,
            ElementType type) {
        this.name = name;
        this.pictures = pictures;
        this.preparation = preparation;
        this.preprocessing = preprocessing;
        this.type = type;
        preparation.result().ifPresent(size -> preprocessing.check("input " + name, record(size)));
    }

    /** Without preprocessing.channelsLast the record is what the model reads; mean and std go by channel in either layout. */
    private long[] record(ImageSize size) {
        int channels = preparation.colours().channels();
        return new long[] {channels, size.height(), size.width()};
    }

    @Override
    public long count() {
        return pictures.count();
    }

    @Override
    public Reader open(long from) {
        Pictures.Listing listing = pictures.open(from);
        return new Reader() {
            @Override
            public Tensor next(int samples) {
                return batch(listing, samples);
            }

            @Override
            public void close() {
                listing.close();
            }
        };
    }

    private Tensor batch(Pictures.Listing listing, int samples) {
        float[] values = new float[0];
        long[] record = new long[0];
        ImageSize size = null;
        for (int i = 0; i < samples; i++) {
            Path file = listing.next();
            Pixels pixels = ImageFile.read(file, preparation);
            ImageSize here = new ImageSize(pixels.height(), pixels.width());
            if (size == null) {
                size = here;
                record = record(size);
                values = new float[Math.multiplyExact(samples, pixels.values().length)];
            } else if (!size.equals(here)) {
                throw new CompressionException(
                        Code.DATA_INVALID,
                        "picture " + file + " is " + here.height() + " x " + here.width() + ", the ones before it "
                                + size.height() + " x " + size.width() + "; set resize and size in data.yaml");
            }
            // Scale, mean and std first, by channel planes; the layout afterwards.
            pixels.copyPlanes(values, i * pixels.values().length);
        }
        return type == ElementType.UINT8 ? bytes(values, samples, record) : floats(values, samples, record);
    }

    private Tensor floats(float[] raw, int samples, long[] record) {
        Tensor planes = preprocessing.tensor(name, raw, samples, record);
        return preparation.channelsFirst()
                ? planes
                : Tensor.ofFloats(name, channelsLast(planes.toFloats(), samples, record), sizes(samples, record));
    }

    private Tensor bytes(float[] raw, int samples, long[] record) {
        float[] ordered = preparation.channelsFirst() ? raw : channelsLast(raw, samples, record);
        byte[] bytes = new byte[ordered.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Math.round(ordered[i]);
        }
        return Tensor.ofRaw(name, ElementType.UINT8, sizes(samples, record), bytes);
    }

    private long[] sizes(int samples, long[] record) {
        return preparation.channelsFirst()
                ? new long[] {samples, record[0], record[1], record[2]}
                : new long[] {samples, record[1], record[2], record[0]};
    }

    private static float[] channelsLast(float[] planes, int samples, long[] record) {
        int channels = (int) record[0];
        int plane = (int) (record[1] * record[2]);
        float[] out = new float[planes.length];
        for (int s = 0; s < samples; s++) {
            int start = s * channels * plane;
            for (int c = 0; c < channels; c++) {
                for (int i = 0; i < plane; i++) {
                    out[start + i * channels + c] = planes[start + c * plane + i];
                }
            }
        }
        return out;
    }
}
