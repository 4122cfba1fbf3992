package dev.edgewright.benchmarks.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Leaves out texts that repeat an earlier one: their sets of five-word shingles share more than half (Jaccard). Candidates are found by
 * MinHash signatures in bands (Broder 1997), so that not every pair is compared; every find is checked on the shingles themselves.
 */
final class NearDuplicates {

    private static final int WORDS = 5;
    private static final int BANDS = 32;
    private static final int ROWS = 3;
    private static final double SAME = 0.5;

    private NearDuplicates() {}

    /** Positions of the texts that repeat none before them, in order. */
    static List<Integer> distinct(List<String> texts) {
        List<Set<Long>> shingles = new ArrayList<>();
        Map<Long, List<Integer>> buckets = new HashMap<>();
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Set<Long> mine = shingles(texts.get(i));
            shingles.add(mine);
            long[] bands = bands(mine);
            boolean seen = Arrays.stream(bands)
                    .boxed()
                    .flatMap(band -> buckets.getOrDefault(band, List.of()).stream())
                    .distinct()
                    .anyMatch(other -> jaccard(mine, shingles.get(other)) > SAME);
            if (!seen) {
                kept.add(i);
                for (long band : bands) {
                    buckets.computeIfAbsent(band, key -> new ArrayList<>()).add(i);
                }
            }
        }
        return kept;
    }

    private static Set<Long> shingles(String text) {
        String[] words = text.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}]+", " ")
                .strip()
                .split(" ");
        Set<Long> result = new HashSet<>();
        for (int i = 0; i + WORDS <= Math.max(words.length, WORDS); i++) {
            long hash = 1125899906842597L;
            for (int k = i; k < Math.min(i + WORDS, words.length); k++) {
                hash = 31 * hash + words[k].hashCode();
            }
            result.add(mix(hash));
        }
        return result;
    }

    private static long[] bands(Set<Long> shingles) {
        long[] least = new long[BANDS * ROWS];
        Arrays.fill(least, Long.MAX_VALUE);
        for (long shingle : shingles) {
            for (int h = 0; h < least.length; h++) {
                least[h] = Math.min(least[h], mix(shingle + h * 0x9E3779B97F4A7C15L));
            }
        }
        long[] bands = new long[BANDS];
        for (int b = 0; b < BANDS; b++) {
            long hash = b;
            for (int r = 0; r < ROWS; r++) {
                hash = mix(hash * 31 + least[b * ROWS + r]);
            }
            bands[b] = hash;
        }
        return bands;
    }

    static double jaccard(Set<Long> a, Set<Long> b) {
        Set<Long> small = a.size() < b.size() ? a : b;
        Set<Long> large = small == a ? b : a;
        long both = small.stream().filter(large::contains).count();
        return (double) both / (a.size() + b.size() - both);
    }

    /** The finaliser of SplitMix64. */
    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
