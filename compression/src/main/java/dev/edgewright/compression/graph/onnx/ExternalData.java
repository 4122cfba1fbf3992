package dev.edgewright.compression.graph.onnx;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.onnx.proto.StringStringEntryProto;
import dev.edgewright.compression.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Weights in files beside the model (ONNX specification, "External Data"): mapped when read, page-aligned when written. */
final class ExternalData {

    private static final int ALIGNMENT = 4096;
    private static final long INLINE_TENSOR = 1024;

    private final Path folder;

    ExternalData(Path folder) {
        this.folder = folder;
    }

    /** Maps a tensor's bytes, read-only. */
    ByteBuffer map(TensorProto tensor) {
        String location = "";
        long offset = 0;
        long length = -1;
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            switch (entry.getKey()) {
                case "location" -> location = entry.getValue();
                case "offset" -> offset = number(tensor, entry);
                case "length" -> length = number(tensor, entry);
                default -> {} // checksums are optional, and ONNX Runtime ignores them too
            }
        }
        Path file = inside(tensor, location);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long expected = ElementType.of(tensor.getDataType())
                    .bytes(tensor.getDimsList().stream().reduce(1L, Math::multiplyExact));
            if (length < 0) {
                length = expected;
            }
            if (length != expected) {
                throw new CompressionException(
                        Code.MODEL_INVALID,
                        "weight " + tensor.getName() + " needs " + expected + " bytes and declares " + length);
            }
            if (offset < 0 || offset + length > channel.size()) {
                throw new CompressionException(
                        Code.EXTERNAL_DATA_MISSING,
                        "weight " + tensor.getName() + " needs bytes " + offset + ".." + (offset + length) + " of "
                                + location + ", which has " + channel.size());
            }
            if (length > Integer.MAX_VALUE) {
                throw new CompressionException(
                        Code.TENSOR_TOO_LARGE,
                        "weight " + tensor.getName() + " has " + length + " bytes; the limit is 2 GiB each");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, offset, length);
        } catch (IOException e) {
            throw new CompressionException(
                    Code.EXTERNAL_DATA_MISSING,
                    "weight " + tensor.getName() + " lies in " + location + ", which cannot be read beside the model",
                    e);
        }
    }

    private static long number(TensorProto tensor, StringStringEntryProto entry) {
        try {
            return Long.parseLong(entry.getValue());
        } catch (NumberFormatException e) {
            throw new CompressionException(
                    Code.MODEL_INVALID,
                    "weight " + tensor.getName() + ": " + entry.getKey() + " is not a number: " + entry.getValue(),
                    e);
        }
    }

    /** The file, after checking that neither ".." nor an absolute path nor a link leads out of the model's folder. */
    private Path inside(TensorProto tensor, String location) {
        CompressionException outside = new CompressionException(
                Code.EXTERNAL_DATA_OUTSIDE,
                "weight " + tensor.getName() + " names " + location + ", which is outside the model's folder");
        Path file = folder.resolve(location).normalize();
        if (location.isEmpty() || Path.of(location).isAbsolute() || !file.startsWith(folder.normalize())) {
            throw outside;
        }
        try {
            if (Files.exists(file) && !file.toRealPath().startsWith(folder.toRealPath())) {
                throw outside;
            }
        } catch (IOException e) {
            throw new CompressionException(
                    Code.EXTERNAL_DATA_MISSING, "cannot resolve " + location + " beside the model", e);
        }
        return file;
    }

    /** Writes all but small tensors into one file and gives the initialisers that point into it. */
    static List<TensorProto> write(Graph graph, Path file) throws IOException {
        List<TensorProto> written = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            long position = 0;
            for (Tensor tensor : graph.initializers().values()) {
                if (tensor.bytes() < INLINE_TENSOR || tensor.type() == ElementType.STRING) {
                    written.add(tensor.inlineProto());
                    continue;
                }
                position = (position + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
                ByteBuffer data = tensor.data();
                long start = position;
                while (data.hasRemaining()) {
                    position += channel.write(data, position);
                }
                written.add(tensor.headerProto().toBuilder()
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(entry("location", file.getFileName().toString()))
                        .addExternalData(entry("offset", Long.toString(start)))
                        .addExternalData(entry("length", Long.toString(position - start)))
                        .build());
            }
        }
        return written;
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
