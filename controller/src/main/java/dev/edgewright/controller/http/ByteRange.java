package dev.edgewright.controller.http;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One satisfiable range of bytes (RFC 9110, section 14.1.2).
 *
 * @param first offset of the first byte
 * @param last offset of the last byte, inclusive
 */
record ByteRange(long first, long last) {
    private static final Pattern SINGLE = Pattern.compile("\\s*bytes\\s*=\\s*(\\d{0,18})\\s*-\\s*(\\d{0,18})\\s*");

    /** What a Range header asks of a content of {@code size} bytes. */
    sealed interface Asked {
        /** No header, another unit or several ranges: section 14.2 allows to send the whole. */
        record Whole() implements Asked {}

        record Part(ByteRange range) implements Asked {}

        /** Answer 416. */
        record Unsatisfiable() implements Asked {}
    }

    static Asked parse(Optional<String> header, long size) {
        if (header.isEmpty()) {
            return new Asked.Whole();
        }
        var match = SINGLE.matcher(header.get());
        if (!match.matches() || (match.group(1).isEmpty() && match.group(2).isEmpty())) {
            return new Asked.Whole();
        }
        if (match.group(1).isEmpty()) {
            long suffix = Long.parseLong(match.group(2));
            if (suffix == 0 || size == 0) {
                return new Asked.Unsatisfiable();
            }
            return new Asked.Part(new ByteRange(Math.max(0, size - suffix), size - 1));
        }
        long first = Long.parseLong(match.group(1));
        long last = match.group(2).isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(match.group(2)));
        if (first >= size) {
            return new Asked.Unsatisfiable();
        }
        if (!match.group(2).isEmpty() && Long.parseLong(match.group(2)) < first) {
            return new Asked.Whole();
        }
        return new Asked.Part(new ByteRange(first, last));
    }

    long length() {
        return last - first + 1;
    }
}
