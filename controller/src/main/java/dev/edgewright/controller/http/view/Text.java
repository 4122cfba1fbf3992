package dev.edgewright.controller.http.view;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalDouble;

/** How single values look in JSON; null where there is nothing to say. */
final class Text {
    private Text() {}

    static String time(Instant at) {
        return at == null ? null : at.toString();
    }

    static String time(Optional<Instant> at) {
        return at.map(Instant::toString).orElse(null);
    }

    static String timeMs(long unixMs) {
        return unixMs > 0 ? Instant.ofEpochMilli(unixMs).toString() : null;
    }

    static String hex(ByteString bytes) {
        return bytes.isEmpty() ? null : HexFormat.of().formatHex(bytes.toByteArray());
    }

    static String some(String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    static Double some(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }

    /** Protobuf has no absent number: 0 says that there is none. */
    static Double positive(double value) {
        return value > 0 && Double.isFinite(value) ? value : null;
    }

    static Long positive(long value) {
        return value > 0 ? value : null;
    }

    static Integer positive(int value) {
        return value > 0 ? value : null;
    }
}
