package dev.edgewright.compression.data.format;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A CSV file with named columns, read row by row. Only the header and the number of rows are kept.
 *
 * @param source the file
 * @param delimiter what stands between fields
 * @param header whether the first record names the columns
 * @param names the columns' names; numbers from 1 when there is no header
 * @param count the number of rows, the header apart
 */
public record CsvTable(ByteSource source, char delimiter, boolean header, List<String> names, long count) {

    /** More classes than this in one column are a sign of the wrong column. */
    private static final int MOST_CLASSES = 10_000;

    public CsvTable {
        names = List.copyOf(names);
    }

    /**
     * Reads the header and counts the rows; every row must have as many fields as the header.
     *
     * @throws CompressionException DATA_INVALID, naming file, row and line
     */
    public static CsvTable open(Path file, char delimiter, boolean header) {
        ByteSource source = ByteSource.of(file);
        try (CsvReader reader = new CsvReader(source, delimiter)) {
            List<String> first = reader.next();
            if (first == null) {
                throw new CompressionException(Code.DATA_INVALID, file + " is empty: a CSV file needs rows");
            }
            List<String> names = names(file, first, header);
            long count = header ? 0 : 1;
            for (List<String> row = reader.next(); row != null; row = reader.next()) {
                if (row.size() != names.size()) {
                    throw new CompressionException(
                            Code.DATA_INVALID,
                            file + ", row " + (count + 1) + " (line " + reader.line() + ") has " + row.size()
                                    + " fields where the " + (header ? "header" : "first row") + " has " + names.size()
                                    + "; set delimiter in data.yaml when it is not '" + delimiter + "'");
                }
                count++;
            }
            if (count == 0) {
                throw new CompressionException(Code.DATA_INVALID, file + " has a header and no rows");
            }
            return new CsvTable(source, delimiter, header, names, count);
        }
    }

    private static List<String> names(Path file, List<String> first, boolean header) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            names.add(header ? first.get(i).strip() : Integer.toString(i + 1));
        }
        Set<String> distinct = new LinkedHashSet<>(names);
        if (distinct.size() < names.size()) {
            List<String> twice = new ArrayList<>(names);
            distinct.forEach(twice::remove);
            throw new CompressionException(
                    Code.DATA_INVALID,
                    file + " names the column " + twice.get(0)
                            + " twice; set header: false when the first row is no header");
        }
        return names;
    }

    /**
     * Where a column stands in a row.
     *
     * @throws CompressionException DATA_INVALID, naming the columns there are
     */
    public int position(String column) {
        int position = names.indexOf(column);
        if (position < 0) {
            throw new CompressionException(
                    Code.DATA_INVALID, source + " has no column " + column + "; its columns are " + names);
        }
        return position;
    }

    /** Starts reading at a row, counted from 0. */
    Rows rows(long from) {
        return new Rows(from);
    }

    /** The first value of a column. */
    public String first(String column) {
        try (Rows rows = rows(0)) {
            return rows.next().get(position(column)).strip();
        }
    }

    /** The distinct values of a column, sorted: class names when data.yaml gives none. */
    public List<String> distinct(String column) {
        int position = position(column);
        TreeSet<String> values = new TreeSet<>();
        try (Rows rows = rows(0)) {
            for (long i = 0; i < count; i++) {
                values.add(rows.next().get(position).strip());
                if (values.size() > MOST_CLASSES) {
                    throw new CompressionException(
                            Code.DATA_INVALID,
                            source + ": column " + column + " has more than " + MOST_CLASSES
                                    + " different values; is it the label?");
                }
            }
        }
        return List.copyOf(values);
    }

    /** A position between rows. */
    final class Rows implements AutoCloseable {

        private final CsvReader reader = new CsvReader(source, delimiter);
        private long row;

        private Rows(long from) {
            for (long i = header ? -1 : 0; i < from; i++) {
                reader.next();
            }
            row = from;
        }

        List<String> next() {
            List<String> fields = reader.next();
            if (fields == null || fields.size() != names.size()) {
                throw new CompressionException(
                        Code.DATA_INVALID,
                        source + " changed while it was read: row " + (row + 1) + " is not as before");
            }
            row++;
            return fields;
        }

        /** Where the last row's cell stands, for messages. */
        String where(int column) {
            return source + ", row " + row + " (line " + reader.line() + "), column " + names.get(column);
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
