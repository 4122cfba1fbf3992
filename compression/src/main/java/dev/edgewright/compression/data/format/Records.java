package dev.edgewright.compression.data.format;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.graph.ElementType;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Equally sized numeric records after a header: IDX and NPY, plain, gzipped, or in an NPZ archive.
 *
 * @param file where the bytes are
 * @param type the element type
 * @param bigEndian the byte order of elements
 * @param count how many records there are
 * @param sizes the sizes of one record, without the leading axis
 * @param header how many bytes come before the first record
 */
public record Records(ByteSource file, ElementType type, boolean bigEndian, long count, long[] sizes, long header) {

    /** Reads the header; the format follows from the first bytes. */
    public static Records of(ByteSource file) {
        try (InputStream in = file.open()) {
            byte[] magic = in.readNBytes(4);
            if (magic.length == 4 && magic[0] == (byte) 0x93 && magic[1] == 'N' && magic[2] == 'U' && magic[3] == 'M') {
                return NpyHeader.read(file, in);
            }
            if (magic.length == 4 && magic[0] == 0 && magic[1] == 0) {
                return idx(file, magic, in);
            }
            throw new CompressionException(
                    Code.DATA_INVALID,
                    file + " is neither an IDX nor an NPY or NPZ file; see docs/compression.md for the formats");
        } catch (IOException e) {
            throw new CompressionException(Code.DATA_INVALID, "cannot read " + file + ": " + e, e);
        }
    }

    /** IDX: two zero bytes, a type, the number of axes, then one big-endian size for each axis. */
    private static Records idx(ByteSource file, byte[] magic, InputStream in) throws IOException {
        ElementType type = switch (magic[2]) {
            case 0x08 -> ElementType.UINT8;
            case 0x09 -> ElementType.INT8;
            case 0x0B -> ElementType.INT16;
            case 0x0C -> ElementType.INT32;
            case 0x0D -> ElementType.FLOAT;
            case 0x0E -> ElementType.DOUBLE;
            default ->
                throw new CompressionException(Code.DATA_INVALID, file + ": IDX type " + magic[2] + " is unknown");
        };
        long[] sizes = new long[magic[3]];
        for (int i = 0; i < sizes.length; i++) {
            byte[] size = in.readNBytes(4);
            if (size.length < 4) {
                throw new EOFException("the IDX header ends early");
            }
            sizes[i] = (size[0] & 0xffL) << 24 | (size[1] & 0xff) << 16 | (size[2] & 0xff) << 8 | size[3] & 0xff;
        }
        if (sizes.length == 0) {
            throw new CompressionException(Code.DATA_INVALID, file + ": an IDX file needs at least one axis");
        }
        return new Records(
                file, type, true, sizes[0], Arrays.copyOfRange(sizes, 1, sizes.length), 4 + 4L * sizes.length);
    }

    /** Elements of one record. */
    public int elements() {
        return Math.toIntExact(Arrays.stream(sizes).reduce(1, Math::multiplyExact));
    }

    /** The stream, standing at a record. */
    InputStream open(long from) {
        try {
            InputStream in = file.open();
            in.skipNBytes(header + from * elements() * (type.bits() / 8));
            return in;
        } catch (IOException e) {
            throw truncated(from, e);
        }
    }

    /** Reads whole records as packed bytes. */
    byte[] read(InputStream in, long from, int records) {
        try {
            int wanted = Math.multiplyExact(records * elements(), type.bits() / 8);
            byte[] bytes = in.readNBytes(wanted);
            if (bytes.length < wanted) {
                throw new EOFException("the file ends early");
            }
            return bytes;
        } catch (IOException e) {
            throw truncated(from, e);
        }
    }

    private CompressionException truncated(long from, IOException e) {
        return new CompressionException(
                Code.DATA_INVALID,
                file + " cannot be read at sample " + from + " of " + count + ": " + e.getMessage(),
                e);
    }
}
