package dev.edgewright.compression.data.format;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Which pictures there are, in a fixed order: those of a folder's class folders, or those that a CSV file lists. */
public interface Pictures {

    /** How many. */
    long count();

    /** The files from one on; close it. */
    Listing open(long from);

    /** A position in the list. */
    interface Listing extends Iterator<Path>, AutoCloseable {
        @Override
        void close();
    }

    /**
     * The pictures of a folder with one folder for each class. The order mixes the classes, so that a range of samples holds all of them,
     * and follows from the names alone (their SHA-256). The names are kept in memory, about 100 bytes each.
     *
     * @throws CompressionException DATA_INVALID when there are none
     */
    static Folder folder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new CompressionException(Code.DATA_INVALID, "folder of pictures " + folder + " does not exist");
        }
        List<Path> files = new ArrayList<>();
        List<String> classes = new ArrayList<>();
        try (Stream<Path> inside = Files.list(folder)) {
            for (Path each : inside.filter(Files::isDirectory)
                    .filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList()) {
                classes.add(each.getFileName().toString());
                try (Stream<Path> pictures = Files.walk(each)) {
                    pictures.filter(Files::isRegularFile)
                            .filter(ImageFile::isNamedLikeOne)
                            .forEach(files::add);
                }
            }
        } catch (IOException e) {
            throw ByteSource.unreadable(folder, e);
        }
        if (files.isEmpty()) {
            throw new CompressionException(
                    Code.DATA_INVALID,
                    folder + " holds no pictures; put them into one folder for each class, or list them in a CSV file");
        }
        Map<Path, String> keys = new HashMap<>();
        files.forEach(file -> keys.put(file, key(folder.relativize(file))));
        files.sort(Comparator.comparing(keys::get));
        return new Folder(folder, List.copyOf(files), List.copyOf(classes));
    }

    private static String key(Path name) {
        try {
            String slashes = name.toString().replace(name.getFileSystem().getSeparator(), "/");
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(slashes.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * The pictures of class folders.
     *
     * @param root the folder
     * @param files all pictures, in order
     * @param classes the names of the class folders, sorted
     */
    record Folder(Path root, List<Path> files, List<String> classes) implements Pictures {

        @Override
        public long count() {
            return files.size();
        }

        @Override
        public Listing open(long from) {
            Iterator<Path> rest = files.listIterator((int) from);
            return new Listing() {
                @Override
                public boolean hasNext() {
                    return rest.hasNext();
                }

                @Override
                public Path next() {
                    return rest.next();
                }

                @Override
                public void close() {
                    // a list holds nothing open
                }
            };
        }

        /** The class folder that a picture lies in. */
        String classOf(Path file) {
            return root.relativize(file).getName(0).toString();
        }
    }

    /**
     * The pictures that one column of a CSV file names.
     *
     * @param table the list
     * @param column the column with file names
     * @param root the folder that names start from
     * @param confined whether names that lead outside are refused
     */
    record Listed(CsvTable table, String column, Path root, boolean confined) implements Pictures {

        @Override
        public long count() {
            return table.count();
        }

        @Override
        public Listing open(long from) {
            int position = table.position(column);
            CsvTable.Rows rows = table.rows(from);
            return new Listing() {
                private long at = from;

                @Override
                public boolean hasNext() {
                    return at < table.count();
                }

                @Override
                public Path next() {
                    at++;
                    String name = rows.next().get(position).strip();
                    Path file = root.resolve(name).normalize();
                    if (confined && !file.startsWith(root.normalize())) {
                        throw new CompressionException(
                                Code.DATA_INVALID,
                                rows.where(position) + " names " + name + ", which is outside the data's folder");
                    }
                    if (!Files.isRegularFile(file)) {
                        throw new CompressionException(
                                Code.DATA_INVALID, rows.where(position) + " names " + file + ", which does not exist");
                    }
                    return file;
                }

                @Override
                public void close() {
                    rows.close();
                }
            };
        }
    }
}
