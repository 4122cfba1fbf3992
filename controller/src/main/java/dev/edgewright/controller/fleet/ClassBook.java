package dev.edgewright.controller.fleet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which device belongs to which class: classes of one hardware are told apart by what devices measured of themselves and by how they
 * behave. Immutable and pure.
 *
 * <p>Every class has a leader, the traits of the device that founded it, which never change; a device belongs to the nearest leader
 * within tolerance, and founds a class where none is (leader clustering, Hartigan 1975). So a device that joins renames nobody: ids
 * are the hardware's name, and from the second class on {@code ~2}, {@code ~3}. A device that has left the first class of its
 * hardware stays where it is until it is out of tolerance by half as much again, so that noise moves nobody back and forth. Where groups lie further apart than twice the tolerance and are
 * no wider than it, the same devices end up together in whatever order they came.
 *
 * @param leaders in order of founding
 * @param members class id by device id, of the devices that are not in their hardware's first class
 */
public record ClassBook(List<Leader> leaders, Map<String, String> members) {

    public static final ClassBook EMPTY = new ClassBook(List.of(), Map.of());

    /** Difference of logarithms that still is one class: a fifth faster or slower. */
    static final double TOLERANCE = 0.2;

    private static final double HYSTERESIS = 1.5;

    /** Fewer probes in common say nothing. */
    private static final int COMMON = 4;

    public ClassBook {
        leaders = List.copyOf(leaders);
        members = Map.copyOf(members);
    }

    /**
     * What tells devices of one hardware apart.
     *
     * @param rates logarithm of work per time by probe ("conv u8s8 large 2t")
     * @param behaviour logarithm of measured latency by what its class usually takes; 0 when nothing is known
     */
    public record Traits(Map<String, Double> rates, double behaviour) {
        public Traits {
            rates = Map.copyOf(rates);
        }

        /** The larger of the median difference over common probes and the difference in behaviour. */
        double distance(Traits other) {
            double[] gaps = rates.entrySet().stream()
                    .filter(e -> other.rates.containsKey(e.getKey()))
                    .mapToDouble(e -> Math.abs(e.getValue() - other.rates.get(e.getKey())))
                    .sorted()
                    .toArray();
            double probes = gaps.length < COMMON ? 0 : gaps[gaps.length / 2];
            return Math.max(probes, Math.abs(behaviour - other.behaviour));
        }
    }

    /** The founder of a class. */
    public record Leader(String id, String hardware, Traits traits) {}

    /** The class of a device of this hardware. */
    public String of(String device, String hardware) {
        return members.getOrDefault(device, hardware);
    }

    /** The book after this device said what it is or how it behaves. */
    public ClassBook placed(String device, String hardware, Traits traits) {
        String current = of(device, hardware);
        double patience = current.equals(hardware) ? TOLERANCE : TOLERANCE * HYSTERESIS;
        boolean stays = leaders.stream()
                .anyMatch(l -> l.id().equals(current)
                        && l.hardware().equals(hardware)
                        && l.traits().distance(traits) <= patience);
        if (stays) {
            return this;
        }
        Leader nearest = null;
        double least = TOLERANCE;
        int same = 0;
        for (Leader leader : leaders) {
            if (leader.hardware().equals(hardware)) {
                same++;
                double distance = leader.traits().distance(traits);
                if (distance <= least && (nearest == null || distance < least)) {
                    nearest = leader;
                    least = distance;
                }
            }
        }
        var founded = new ArrayList<>(leaders);
        if (nearest == null) {
            nearest = new Leader(same == 0 ? hardware : hardware + "~" + (same + 1), hardware, traits);
            founded.add(nearest);
        }
        var placed = new HashMap<>(members);
        if (nearest.id().equals(hardware)) {
            placed.remove(device);
        } else {
            placed.put(device, nearest.id());
        }
        return new ClassBook(founded, placed);
    }

    /** Without this device; its class stays, also when nobody is in it any more. */
    public ClassBook without(String device) {
        if (!members.containsKey(device)) {
            return this;
        }
        var rest = new HashMap<>(members);
        rest.remove(device);
        return new ClassBook(leaders, rest);
    }
}
