package dev.edgewright.compression.prune;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which units of which groups stay.
 *
 * @param keep for each group id the units that stay, ascending; groups that are not named stay whole
 */
public record PrunePlan(Map<String, int[]> keep) {

    public PrunePlan {
        Map<String, int[]> sorted = new TreeMap<>();
        keep.forEach((id, units) -> {
            int[] ordered = Arrays.stream(units).sorted().distinct().toArray();
            if (ordered.length == 0) {
                throw new IllegalArgumentException("group " + id + " must keep at least one unit");
            }
            sorted.put(id, ordered);
        });
        keep = Collections.unmodifiableMap(sorted);
    }

    /** Keeps everything. */
    public static PrunePlan everything() {
        return new PrunePlan(Map.of());
    }

    /** How many units of a group stay. */
    public int kept(ChannelGroup group) {
        int[] units = keep.get(group.id());
        return units == null ? group.units() : units.length;
    }

    /** For lineage: the number of units that stay in each group. */
    public String describe() {
        return keep.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue().length)
                .collect(Collectors.joining(" "));
    }
}
