package dev.edgewright.training.child;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Arrays as NPY files, for data folders of tests. */
final class Npy {

    private Npy() {}

    static void floats(Path file, float[] values, long... shape) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        write(file, "<f4", bytes.array(), shape);
    }

    static void longs(Path file, long[] values, long... shape) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        write(file, "<i8", bytes.array(), shape);
    }

    private static void write(Path file, String type, byte[] content, long... shape) throws IOException {
        String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", ", "(", ",)"));
        StringBuilder header =
                new StringBuilder("{'descr': '" + type + "', 'fortran_order': False, 'shape': " + sizes + ", }");
        while ((10 + header.length() + 1) % 64 != 0) {
            header.append(' ');
        }
        header.append('\n');
        ByteBuffer all = ByteBuffer.allocate(10 + header.length() + content.length);
        all.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        all.put((byte) header.length()).put((byte) (header.length() >> 8));
        all.put(header.toString().getBytes(StandardCharsets.US_ASCII)).put(content);
        Files.write(file, all.array());
    }
}
