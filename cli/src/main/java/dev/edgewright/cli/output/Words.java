package dev.edgewright.cli.output;

import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them: three significant digits, the unit that fits. */
public final class Words {
    /** Stands for a value that is not known. */
    public static final String UNKNOWN = "-";

    private static final String[] BYTE_UNITS = {"B", "kB", "MB", "GB", "TB"};

    private Words() {}

    /** 1234567 → {@code 1.23 MB} (powers of 1000). */
    public static String bytes(double bytes) {
        if (Double.isNaN(bytes) || bytes < 0) {
            return UNKNOWN;
        }
        int unit = 0;
        double value = bytes;
        while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return (unit == 0 ? String.valueOf((long) value) : digits(value)) + " " + BYTE_UNITS[unit];
    }

    /** A latency in milliseconds: 0.4213 → {@code 0.421 ms}, 1234 → {@code 1.23 s}. */
    public static String milliseconds(double ms) {
        if (Double.isNaN(ms) || ms < 0) {
            return UNKNOWN;
        }
        return ms < 1000 ? digits(ms) + " ms" : digits(ms / 1000) + " s";
    }

    /** 0.93125 → {@code 93.1 %}. */
    public static String percent(double ratio) {
        return Double.isNaN(ratio) ? UNKNOWN : String.format(Locale.ROOT, "%.1f %%", ratio * 100);
    }

    /** 0.93125 → {@code 93.13 %}, for accuracies that differ by tenths. */
    public static String accuracy(double ratio) {
        return Double.isNaN(ratio) ? UNKNOWN : String.format(Locale.ROOT, "%.2f %%", ratio * 100);
    }

    /** Energy: 0.00123 → {@code 1.23 mJ}. */
    public static String joules(double joules) {
        if (Double.isNaN(joules) || joules < 0) {
            return UNKNOWN;
        }
        if (joules >= 1 || joules == 0) {
            return digits(joules) + " J";
        }
        return joules >= 1e-3 ? digits(joules * 1e3) + " mJ" : digits(joules * 1e6) + " µJ";
    }

    /** 3725 s → {@code 1h2m}; 65 s → {@code 1m5s}; 4 s → {@code 4s}. */
    public static String duration(Duration duration) {
        long s = Math.max(0, duration.toSeconds());
        if (s >= 86_400) {
            return s / 86_400 + "d" + s % 86_400 / 3600 + "h";
        }
        if (s >= 3600) {
            return s / 3600 + "h" + s % 3600 / 60 + "m";
        }
        return s >= 60 ? s / 60 + "m" + s % 60 + "s" : s + "s";
    }

    private static String digits(double value) {
        int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : value >= 0.9995 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
