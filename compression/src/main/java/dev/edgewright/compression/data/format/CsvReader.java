package dev.edgewright.compression.data.format;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads records of a CSV file one after the other (RFC 4180: fields may be quoted, quotes are doubled inside, a quoted field may hold line
 * ends). UTF-8, with or without a byte order mark, any line end; empty lines are passed over.
 */
final class CsvReader implements Closeable {

    /** A record longer than this is a quote that was never closed. */
    private static final int LONGEST = 1 << 24;

    private static final int NOTHING = -2;

    private final ByteSource source;
    private final char delimiter;
    private final BufferedReader in;
    private final StringBuilder field = new StringBuilder();
    private int next = NOTHING;
    private long line = 1;
    private long startLine = 1;

    CsvReader(ByteSource source, char delimiter) {
        this.source = source;
        this.delimiter = delimiter;
        try {
            this.in = new BufferedReader(new InputStreamReader(source.open(), StandardCharsets.UTF_8), 1 << 16);
            if (peek() == '\uFEFF') {
                take();
            }
        } catch (IOException e) {
            throw ByteSource.unreadable(source.file(), e);
        }
    }

    /** The line that the last record began on, from 1. */
    long line() {
        return startLine;
    }

    /** The next record's fields; null at the end. */
    List<String> next() {
        try {
            while (peek() == '\n' || peek() == '\r') {
                take();
            }
            if (peek() < 0) {
                return null;
            }
            startLine = line;
            return record();
        } catch (IOException e) {
            throw ByteSource.unreadable(source.file(), e);
        }
    }

    private List<String> record() throws IOException {
        List<String> fields = new ArrayList<>();
        long length = 0;
        while (true) {
            field.setLength(0);
            if (peek() == '"') {
                quoted();
            }
            while (peek() >= 0 && peek() != delimiter && peek() != '\n' && peek() != '\r') {
                append(take());
            }
            fields.add(field.toString());
            length += field.length();
            if (length > LONGEST) {
                throw tooLong();
            }
            if (peek() != delimiter) {
                return fields;
            }
            take();
        }
    }

    private void quoted() throws IOException {
        take();
        while (true) {
            int c = take();
            if (c < 0) {
                throw new CompressionException(
                        Code.DATA_INVALID, source + ", line " + startLine + ": a quote is opened and never closed");
            }
            if (c != '"') {
                append(c);
            } else if (peek() == '"') {
                append(take());
            } else {
                return;
            }
        }
    }

    private void append(int c) {
        field.append((char) c);
        if (field.length() > LONGEST) {
            throw tooLong();
        }
    }

    private CompressionException tooLong() {
        return new CompressionException(
                Code.DATA_INVALID,
                source + ", line " + startLine + ": a record of more than " + LONGEST
                        + " characters; a quote may not be closed");
    }

    private int peek() throws IOException {
        if (next == NOTHING) {
            next = in.read();
        }
        return next;
    }

    private int take() throws IOException {
        int c = peek();
        next = NOTHING;
        if (c == '\n') {
            line++;
        }
        return c;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw ByteSource.unreadable(source.file(), e);
        }
    }
}
