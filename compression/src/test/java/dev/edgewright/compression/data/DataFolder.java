package dev.edgewright.compression.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntBinaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A folder that tests write data into. */
record DataFolder(Path path) {

    DataFolder text(String name, String content) throws IOException {
        Path file = path.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return this;
    }

    /** A data.yaml, opened. */
    DataSource open(String yaml) throws IOException {
        text("data.yaml", yaml);
        return DataSource.open(path);
    }

    DataFolder picture(String name, int height, int width, int type, IntBinaryOperator rgbOfRowAndColumn)
            throws IOException {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, rgbOfRowAndColumn.applyAsInt(y, x));
            }
        }
        Path file = path.resolve(name);
        Files.createDirectories(file.getParent());
        assertThat(ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile()))
                .isTrue();
        return this;
    }

    /** Arrays of float32 or int64, as NumPy's savez (stored) or savez_compressed write them. */
    DataFolder npz(String name, boolean compressed, Object... namesAndArrays) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path.resolve(name)))) {
            zip.setLevel(compressed ? 9 : 0);
            for (int i = 0; i < namesAndArrays.length; i += 2) {
                zip.putNextEntry(new ZipEntry(namesAndArrays[i] + ".npy"));
                zip.write(
                        namesAndArrays[i + 1] instanceof float[][] floats
                                ? npy(floats)
                                : npy((long[]) namesAndArrays[i + 1]));
                zip.closeEntry();
            }
        }
        return this;
    }

    static byte[] npy(float[][] rows) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(rows.length * rows[0].length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (float[] row : rows) {
            for (float value : row) {
                data.putFloat(value);
            }
        }
        return npy("<f4", "(" + rows.length + ", " + rows[0].length + ")", data.array());
    }

    static byte[] npy(long[] values) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        data.asLongBuffer().put(values);
        return npy("<i8", "(" + values.length + ",)", data.array());
    }

    private static byte[] npy(String type, String shape, byte[] data) throws IOException {
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
        header += " ".repeat(63 - (10 + header.length()) % 64) + "\n";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0});
        out.write(header.getBytes(StandardCharsets.US_ASCII));
        out.write(data);
        return out.toByteArray();
    }

    static void refuses(ThrowingCallable call, Code code, String... words) {
        assertThatThrownBy(call).isInstanceOfSatisfying(CompressionException.class, e -> {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
            assertThat(e.getMessage()).contains(words);
        });
    }
}
