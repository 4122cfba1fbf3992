package dev.edgewright.compression.data.format;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Bytes that can be read again from the start: a file, a gzipped file, or one entry of a ZIP archive (NPZ).
 *
 * @param file where the bytes are
 * @param entry the entry's name in the archive, empty for a plain or gzipped file
 */
public record ByteSource(Path file, String entry) {

    private static final int BUFFER = 1 << 16;

    /** A file, unpacked while it is read when it is gzipped. */
    public static ByteSource of(Path file) {
        return new ByteSource(file, "");
    }

    /**
     * The array of an NPZ archive, or the file itself when it is no archive.
     *
     * @param array the array's name; empty takes {@code otherwise}, or the only array
     * @throws CompressionException DATA_INVALID, naming the arrays there are
     */
    public static ByteSource array(Path file, String array, String otherwise) {
        if (!isArchive(file)) {
            if (!array.isEmpty()) {
                throw new CompressionException(
                        Code.DATA_INVALID, file + " is not an NPZ archive, so it has no array " + array);
            }
            return of(file);
        }
        List<String> names = arrays(file);
        String wanted = array.isEmpty() ? names.size() == 1 ? names.get(0) : otherwise : array;
        if (!names.contains(wanted)) {
            throw new CompressionException(
                    Code.DATA_INVALID,
                    file + " holds the arrays " + names + ", not " + wanted + "; say which with array in data.yaml");
        }
        return new ByteSource(file, wanted + ".npy");
    }

    private static boolean isArchive(Path file) {
        requireFile(file);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] magic = in.readNBytes(4);
            return magic.length == 4 && magic[0] == 'P' && magic[1] == 'K' && magic[2] == 3 && magic[3] == 4;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static List<String> arrays(Path file) {
        try (ZipFile zip = new ZipFile(file.toString())) {
            List<String> names = new ArrayList<>();
            for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
                String name = all.nextElement().getName();
                if (name.endsWith(".npy")) {
                    names.add(name.substring(0, name.length() - ".npy".length()));
                }
            }
            if (names.isEmpty()) {
                throw new CompressionException(
                        Code.DATA_INVALID, file + " is a ZIP archive without .npy entries, so it is no NPZ file");
            }
            return names;
        } catch (ZipException e) {
            throw new CompressionException(Code.DATA_INVALID, file + " is a damaged ZIP archive: " + e.getMessage(), e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static void requireFile(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CompressionException(Code.DATA_INVALID, "data file " + file + " does not exist");
        }
    }

    static CompressionException unreadable(Path file, IOException e) {
        return new CompressionException(
                Code.DATA_INVALID,
                "cannot read " + file + ": " + (e.getMessage() == null ? e.toString() : e.getMessage()),
                e);
    }

    /** Starts at the first byte; close it. */
    InputStream open() throws IOException {
        requireFile(file);
        return entry.isEmpty() ? plain() : fromArchive();
    }

    private InputStream plain() throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
        in.mark(2);
        boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return gzip ? new BufferedInputStream(new GZIPInputStream(in, BUFFER), BUFFER) : in;
    }

    private InputStream fromArchive() throws IOException {
        ZipFile zip = new ZipFile(file.toString());
        ZipEntry found = zip.getEntry(entry);
        if (found == null) {
            zip.close();
            throw new IOException("the archive lost its entry " + entry);
        }
        return new FilterInputStream(new BufferedInputStream(zip.getInputStream(found), BUFFER)) {
            @Override
            public void close() throws IOException {
                try (zip) {
                    super.close();
                }
            }
        };
    }

    /** For messages: the file, and the entry in brackets. */
    @Override
    public String toString() {
        return entry.isEmpty() ? file.toString() : file + "[" + entry + "]";
    }
}
