package dev.edgewright.controller.catalog;

import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * Unpacks a zip of calibration data into a folder and nowhere else: an entry that names a place outside, an absolute path, or
 * more bytes or files than allowed ends it.
 */
final class DataArchive {

    /**
     * @param maxBytes unpacked, over all entries; what an entry says of its own size is not believed
     * @param maxFiles entries
     */
    record Bounds(long maxBytes, int maxFiles) {
        static final Bounds DEFAULT = new Bounds(4L << 30, 10_000);
    }

    /** What was unpacked. */
    record Unpacked(long bytes, int files) {}

    private DataArchive() {}

    /** @throws EdgewrightException DATA_NOT_ZIP, DATA_PATH, DATA_TOO_LARGE, DATA_INVALID without a data.yaml at the root */
    static Unpacked unpack(InputStream zip, Path folder, Bounds bounds) throws IOException {
        long bytes = 0;
        int files = 0;
        try (var in = new ZipInputStream(zip)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Path to = inside(folder, entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(to);
                    continue;
                }
                files++;
                if (files > bounds.maxFiles()) {
                    throw tooLarge("it has more than " + bounds.maxFiles() + " files");
                }
                Files.createDirectories(to.getParent());
                bytes += copy(in, to, bounds.maxBytes() - bytes, bounds);
            }
        } catch (ZipException e) {
            throw EdgewrightException.caller("DATA_NOT_ZIP", "the data is a damaged zip: " + e.getMessage(), e);
        }
        if (files == 0) {
            throw EdgewrightException.caller(
                    "DATA_NOT_ZIP",
                    "the data is no zip, or an empty one; send data.yaml and its files as application/zip");
        }
        if (!Files.isRegularFile(folder.resolve("data.yaml"))) {
            throw EdgewrightException.caller("DATA_INVALID", "the zip has no data.yaml at its root");
        }
        return new Unpacked(bytes, files);
    }

    private static long copy(InputStream in, Path to, long left, Bounds bounds) throws IOException {
        long written = 0;
        byte[] buffer = new byte[64 * 1024];
        try (var out = Files.newOutputStream(to)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                written += n;
                if (written > left) {
                    throw tooLarge("it unpacks to more than " + bounds.maxBytes() + " bytes");
                }
                out.write(buffer, 0, n);
            }
        }
        return written;
    }

    private static Path inside(Path folder, String name) {
        Path to = folder.resolve(name.replace('\\', '/')).normalize();
        if (name.isEmpty() || !to.startsWith(folder) || to.equals(folder) || name.indexOf('\0') >= 0) {
            throw EdgewrightException.caller(
                    "DATA_PATH", "the zip has an entry that leads outside its folder: " + printable(name));
        }
        return to;
    }

    private static String printable(String name) {
        String safe = name.replaceAll("\\p{Cntrl}", "?");
        return safe.length() > 100 ? safe.substring(0, 100) + "..." : safe;
    }

    private static EdgewrightException tooLarge(String why) {
        return EdgewrightException.caller("DATA_TOO_LARGE", "the data is too large: " + why);
    }
}
