package dev.edgewright.cli.local;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts as people write them on a command line: 90s, 10m, 300kB. */
final class Amounts {

    private static final Pattern AMOUNT = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([A-Za-z]*)");
    private static final Map<String, Double> BYTES =
            Map.of("", 1.0, "b", 1.0, "kb", 1e3, "mb", 1e6, "gb", 1e9, "kib", 1024.0, "mib", 1048576.0);

    private Amounts() {}

    /** A time: {@code 90s}, {@code 10m}, {@code 1h30m}. */
    static Duration duration(String text) {
        try {
            Duration duration = Duration.parse("PT" + text.strip().toUpperCase(Locale.ROOT));
            if (!duration.isNegative()) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            // reported below
        }
        throw new IllegalArgumentException("a time such as 90s or 10m is wanted, not " + text);
    }

    /** A size in bytes: a number with B, kB, MB, GB, KiB or MiB. */
    static long bytes(String text) {
        Matcher matcher = AMOUNT.matcher(text.strip());
        Double unit = matcher.matches() ? BYTES.get(matcher.group(2).toLowerCase(Locale.ROOT)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("a size such as 300kB or 5MB is wanted, not " + text);
        }
        return Math.round(Double.parseDouble(matcher.group(1)) * unit);
    }
}
