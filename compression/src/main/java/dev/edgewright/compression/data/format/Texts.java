package dev.edgewright.compression.data.format;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** Where texts come from: the lines of a file, or a column of a CSV table. */
public interface Texts {

    /** How many. */
    long count();

    /** The texts from one on; close it. */
    Reader open(long from);

    /** A position between texts. */
    interface Reader extends AutoCloseable {

        /** The next text; the caller never asks beyond the count. */
        String next();

        @Override
        void close();
    }

    /**
     * One text a line.
     *
     * @param source a text file in UTF-8, gzipped or not
     * @param count its lines
     */
    record Lines(ByteSource source, long count) implements Texts {

        /** Counts the lines. */
        public static Lines of(ByteSource source) {
            try (BufferedReader lines = reader(source);
                    Stream<String> all = lines.lines()) {
                return new Lines(source, all.count());
            } catch (IOException e) {
                throw ByteSource.unreadable(source.file(), e);
            }
        }

        private static BufferedReader reader(ByteSource source) throws IOException {
            return new BufferedReader(new InputStreamReader(source.open(), StandardCharsets.UTF_8));
        }

        @Override
        public Reader open(long from) {
            try {
                BufferedReader lines = reader(source);
                for (long i = 0; i < from; i++) {
                    lines.readLine();
                }
                return new Reader() {
                    @Override
                    public String next() {
                        try {
                            return lines.readLine();
                        } catch (IOException e) {
                            throw ByteSource.unreadable(source.file(), e);
                        }
                    }

                    @Override
                    public void close() {
                        try {
                            lines.close();
                        } catch (IOException e) {
                            throw ByteSource.unreadable(source.file(), e);
                        }
                    }
                };
            } catch (IOException e) {
                throw ByteSource.unreadable(source.file(), e);
            }
        }
    }

    /**
     * One text a row; it may hold line ends.
     *
     * @param table the table
     * @param column the column's name
     */
    record Cells(CsvTable table, String column) implements Texts {

        @Override
        public long count() {
            return table.count();
        }

        @Override
        public Reader open(long from) {
            int position = table.position(column);
            CsvTable.Rows rows = table.rows(from);
            return new Reader() {
                @Override
                public String next() {
                    return rows.next().get(position);
                }

                @Override
                public void close() {
                    rows.close();
                }
            };
        }
    }
}
