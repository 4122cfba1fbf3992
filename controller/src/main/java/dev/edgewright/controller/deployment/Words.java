package dev.edgewright.controller.deployment;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** How values of a deployment file are written. Every method throws IllegalArgumentException for what it cannot read. */
final class Words {

    private static final List<Map.Entry<String, Double>> TIME =
            List.of(Map.entry("ms", 1.0), Map.entry("us", 1e-3), Map.entry("m", 60_000.0), Map.entry("s", 1000.0));
    private static final List<Map.Entry<String, Double>> SIZE = List.of(
            Map.entry("KiB", 1024.0),
            Map.entry("MiB", 1048576.0),
            Map.entry("GiB", 1073741824.0),
            Map.entry("kB", 1e3),
            Map.entry("KB", 1e3),
            Map.entry("MB", 1e6),
            Map.entry("GB", 1e9),
            Map.entry("B", 1.0));
    private static final List<Map.Entry<String, Double>> ENERGY =
            List.of(Map.entry("mJ", 1e-3), Map.entry("uJ", 1e-6), Map.entry("J", 1.0));

    private Words() {}

    /** {@code 20ms}, {@code 1.5s}, {@code 2m}: milliseconds. */
    static double milliseconds(String text) {
        return withUnit(text, TIME, false);
    }

    /** {@code 64MB}, {@code 2MiB}: bytes. */
    static double bytes(String text) {
        return withUnit(text, SIZE, false);
    }

    /** {@code 0.05}, {@code 50mJ}: joules. */
    static double joules(String text) {
        return withUnit(text, ENERGY, true);
    }

    /** {@code 0.92} or {@code 92%}: 0..1. */
    static double share(String text) {
        double value = text.endsWith("%")
                ? positive(text.substring(0, text.length() - 1).strip()) / 100
                : Double.parseDouble(text);
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(text);
        }
        return value;
    }

    private static double withUnit(String text, List<Map.Entry<String, Double>> units, boolean bare) {
        for (var unit : units) {
            if (text.endsWith(unit.getKey())) {
                return positive(text.substring(0, text.length() - unit.getKey().length())
                                .strip())
                        * unit.getValue();
            }
        }
        if (!bare) {
            throw new IllegalArgumentException(text);
        }
        return positive(text);
    }

    private static double positive(String text) {
        double value = Double.parseDouble(text);
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(text);
        }
        return value;
    }

    /** What was probably meant, and what there is. */
    static String nearest(String word, Collection<String> known) {
        return known.stream()
                        .min(Comparator.<String>comparingInt(k -> edits(word, k))
                                .thenComparing(k -> k))
                        .filter(k -> edits(word, k) <= Math.max(2, k.length() / 2))
                        .map(k -> "; did you mean '" + k + "'?")
                        .orElse(";")
                + " known here: " + known.stream().sorted().collect(Collectors.joining(", "));
    }

    /** Levenshtein's distance. */
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
