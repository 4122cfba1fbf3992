package dev.edgewright.controller.rollout;

import dev.edgewright.common.error.EdgewrightException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;

/** Cuts devices into waves. Pure. */
final class WavePlanner {

    private WavePlanner() {}

    /**
     * How many devices each wave takes. Waves by count take theirs; waves by percent share the rest and must add up to 100.
     * Waves that would be empty stay, with 0 devices, so that what was asked for can be seen.
     *
     * @throws EdgewrightException WAVES_DO_NOT_ADD_UP
     */
    static int[] sizes(List<WaveSpec> specs, int devices) {
        if (specs.isEmpty()) {
            return devices > 1 ? new int[] {1, devices - 1} : new int[] {devices};
        }
        int counted = specs.stream().mapToInt(s -> s.count().orElse(0)).sum();
        double percents = specs.stream().mapToDouble(s -> s.percent().orElse(0)).sum();
        boolean byPercent = percents > 0;
        if (counted > devices) {
            throw doNotAddUp("the waves by count take " + counted + " devices, but the query matches " + devices
                    + " that a variant suits");
        }
        if (!byPercent && counted < devices) {
            throw doNotAddUp("the waves take " + counted + " of " + devices
                    + " devices; add a wave of 100 percent for the" + " rest, or narrow the query");
        }
        if (byPercent && Math.abs(percents - 100) > 0.01) {
            String sum = BigDecimal.valueOf(percents)
                    .setScale(3, RoundingMode.HALF_UP)
                    .stripTrailingZeros()
                    .toPlainString();
            throw doNotAddUp("the waves by percent add up to " + sum
                    + " %, not 100 %; each percent is a share of the devices that the waves by count leave");
        }
        return cut(specs, devices - counted);
    }

    private static int[] cut(List<WaveSpec> specs, int rest) {
        int[] sizes = new int[specs.size()];
        double cumulative = 0;
        int taken = 0;
        for (int i = 0; i < sizes.length; i++) {
            var spec = specs.get(i);
            if (spec.count().isPresent()) {
                sizes[i] = spec.count().getAsInt();
            } else {
                cumulative += spec.percent().getAsDouble();
                // Rounded up, so that the first wave by percent is never empty.
                int upTo = Math.min(rest, (int) Math.ceil(cumulative / 100 * rest - 1e-6));
                sizes[i] = upTo - taken;
                taken = upTo;
            }
        }
        return sizes;
    }

    /** Deals out members of each group in turn, keeping the order within a group: a small first wave sees every kind. */
    static <T> List<T> interleave(List<T> items, Function<T, String> group) {
        var groups = new LinkedHashMap<String, List<T>>();
        items.forEach(item -> groups.computeIfAbsent(group.apply(item), k -> new ArrayList<>())
                .add(item));
        var dealt = new ArrayList<T>(items.size());
        for (int i = 0; dealt.size() < items.size(); i++) {
            for (var members : groups.values()) {
                if (i < members.size()) {
                    dealt.add(members.get(i));
                }
            }
        }
        return dealt;
    }

    private static EdgewrightException doNotAddUp(String words) {
        return EdgewrightException.caller("WAVES_DO_NOT_ADD_UP", words);
    }
}
