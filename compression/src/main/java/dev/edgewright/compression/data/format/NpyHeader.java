package dev.edgewright.compression.data.format;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.ElementType;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The header of a NumPy array file, format versions 1 to 3 (numpy.lib.format). */
final class NpyHeader {

    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([<>|=]?)([a-z])(\\d+)'");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");

    private NpyHeader() {}

    /** Reads on after the first four bytes of the magic. */
    static Records read(ByteSource file, InputStream in) throws IOException {
        byte[] rest = in.readNBytes(4); // "PY" and the version
        if (rest.length < 4) {
            throw new EOFException("the NPY header ends early");
        }
        int lengthBytes = rest[2] == 1 ? 2 : 4;
        byte[] length = in.readNBytes(lengthBytes);
        int size = 0;
        for (int i = length.length - 1; i >= 0; i--) {
            size = size << 8 | length[i] & 0xff;
        }
        if (size < 0 || size > 1 << 20) {
            throw new CompressionException(
                    Code.DATA_INVALID, file + ": an NPY header of " + size + " bytes makes no sense");
        }
        String text = new String(in.readNBytes(size), StandardCharsets.UTF_8);
        Matcher descr = DESCR.matcher(text);
        Matcher shape = SHAPE.matcher(text);
        if (!descr.find() || !shape.find() || text.contains("'fortran_order': True")) {
            throw new CompressionException(
                    Code.DATA_INVALID,
                    file + ": only plain numeric NPY arrays in C order are read, not " + text.strip());
        }
        long[] sizes = Arrays.stream(shape.group(1).split(","))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
        if (sizes.length == 0) {
            throw new CompressionException(Code.DATA_INVALID, file + ": a scalar NPY array holds no samples");
        }
        return new Records(
                file,
                type(file, descr.group(2) + descr.group(3)),
                descr.group(1).equals(">"),
                sizes[0],
                Arrays.copyOfRange(sizes, 1, sizes.length),
                8L + lengthBytes + size);
    }

    private static ElementType type(ByteSource file, String code) {
        return switch (code) {
            case "f4" -> ElementType.FLOAT;
            case "f8" -> ElementType.DOUBLE;
            case "f2" -> ElementType.FLOAT16;
            case "i1" -> ElementType.INT8;
            case "u1" -> ElementType.UINT8;
            case "i2" -> ElementType.INT16;
            case "u2" -> ElementType.UINT16;
            case "i4" -> ElementType.INT32;
            case "i8" -> ElementType.INT64;
            case "b1" -> ElementType.BOOL;
            default -> throw new CompressionException(Code.DATA_INVALID, file + ": NPY type " + code + " is not read");
        };
    }
}
