package dev.edgewright.benchmarks.peers;

import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Tensor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes a split as NumPy's NPZ, so that every peer calibrates on the very values that Edgewright calibrates on. */
final class NpzFile {

    private NpzFile() {}

    /** One array for each input, samples along axis 0 (NumPy format 1.0, little-endian, C order). */
    static void write(Split split, Path file) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (Tensor tensor :
                    split.first(Math.toIntExact(split.size())).inputs().values()) {
                zip.putNextEntry(new ZipEntry(tensor.name() + ".npy"));
                zip.write(header(tensor));
                ByteBuffer data = tensor.data();
                byte[] bytes = new byte[data.remaining()];
                data.get(bytes);
                zip.write(bytes);
                zip.closeEntry();
            }
        }
    }

    private static byte[] header(Tensor tensor) {
        String shape =
                Arrays.stream(tensor.sizes()).mapToObj(size -> size + ",").collect(Collectors.joining());
        String text = "{'descr': '" + dtype(tensor.type()) + "', 'fortran_order': False, 'shape': (" + shape + ")}";
        int padded = (10 + text.length() + 1 + 63) / 64 * 64 - 10;
        text = text + " ".repeat(padded - text.length() - 1) + "\n";
        ByteBuffer bytes = ByteBuffer.allocate(10 + padded).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        bytes.putShort((short) padded).put(text.getBytes(StandardCharsets.US_ASCII));
        return bytes.array();
    }

    private static String dtype(ElementType type) {
        return switch (type) {
            case FLOAT -> "<f4";
            case INT64 -> "<i8";
            case INT32 -> "<i4";
            default -> throw new IllegalArgumentException("no NumPy type for " + type + " is needed here yet");
        };
    }
}
