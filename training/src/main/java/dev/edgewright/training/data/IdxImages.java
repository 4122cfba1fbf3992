package dev.edgewright.training.data;

import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Grey images and labels in the IDX format of MNIST and its relatives (unsigned bytes), plain or gzip. A pixel becomes
 * {@code (raw / 255 - mean) / deviation}; a sample is [1, height, width].
 */
public final class IdxImages implements Samples {

    private static final int IMAGES = 0x803;
    private static final int LABELS = 0x801;

    private final byte[] pixels;
    private final byte[] labels;
    private final int height;
    private final int width;
    private final float[] normalized = new float[256];
    private final String digest;

    private IdxImages(
            byte[] pixels, byte[] labels, int height, int width, double mean, double deviation, String digest) {
        this.pixels = pixels;
        this.labels = labels;
        this.height = height;
        this.width = width;
        this.digest = digest;
        for (int raw = 0; raw < 256; raw++) {
            normalized[raw] = (float) ((raw / 255.0 - mean) / deviation);
        }
    }

    /** @throws TrainingException DATA_INVALID naming the file and what is wrong with it */
    public static IdxImages open(Path images, Path labels, double mean, double deviation) {
        ByteBuffer image = read(images);
        ByteBuffer label = read(labels);
        if (image.remaining() < 16 || image.getInt(0) != IMAGES) {
            throw invalid(images, "no IDX file of images (unsigned bytes, three axes)");
        }
        if (label.remaining() < 8 || label.getInt(0) != LABELS) {
            throw invalid(labels, "no IDX file of labels (unsigned bytes, one axis)");
        }
        int count = image.getInt(4);
        int height = image.getInt(8);
        int width = image.getInt(12);
        if (count < 1 || height < 1 || width < 1 || image.remaining() != 16L + (long) count * height * width) {
            throw invalid(
                    images,
                    image.remaining() + " bytes do not hold the declared " + count + " images of " + height + "x"
                            + width);
        }
        if (label.getInt(4) != count || label.remaining() != 8L + count) {
            throw invalid(
                    labels,
                    "declares " + label.getInt(4) + " labels in " + label.remaining() + " bytes, for " + count
                            + " images");
        }
        return new IdxImages(
                Arrays.copyOfRange(image.array(), 16, image.array().length),
                Arrays.copyOfRange(label.array(), 8, label.array().length),
                height,
                width,
                mean,
                deviation,
                md5(image.array()) + md5(label.array()));
    }

    private static ByteBuffer read(Path file) {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file))) {
            raw.mark(2);
            boolean zipped = raw.read() == 0x1f && raw.read() == 0x8b;
            raw.reset();
            try (InputStream in = zipped ? new GZIPInputStream(raw) : raw) {
                return ByteBuffer.wrap(in.readAllBytes());
            }
        } catch (IOException e) {
            throw new TrainingException(Code.DATA_INVALID, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static TrainingException invalid(Path file, String what) {
        return new TrainingException(Code.DATA_INVALID, file + ": " + what);
    }

    /** MD5 of a file's content after unpacking, as data sets are pinned. */
    public static String md5(Path file) {
        return md5(read(file).array());
    }

    private static String md5(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public List<Feature> features() {
        return List.of(Feature.floats(1, height, width));
    }

    @Override
    public void read(int feature, int index, float[] target, int offset) {
        int from = index * height * width;
        for (int i = 0; i < height * width; i++) {
            target[offset + i] = normalized[pixels[from + i] & 0xff];
        }
    }

    @Override
    public int label(int index) {
        return labels[index] & 0xff;
    }

    @Override
    public String digest() {
        return digest;
    }
}
