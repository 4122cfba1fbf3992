package dev.edgewright.controller.rollout;

import dev.edgewright.common.error.EdgewrightException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;

/** Cuts devices into waves. Pure. */
final class WavePlanner {

    private WavePlanner() {}

    /** Waves of a plan at most. */
    static final int MOST_WAVES = 200;

    /** One wave to be. */
    record Size(int devices, boolean approval) {}

    /**
     * How many devices each wave takes. Waves by count take theirs; waves by percent share the rest, or growing waves take it. Percents
     * either add up to 100, each a share, or rise to 100, each how far the rollout has come with that wave. Waves that would be empty
     * stay, with 0 devices, so that what was asked for can be seen.
     *
     * @throws EdgewrightException WAVES_DO_NOT_ADD_UP
     */
    static List<Size> sizes(List<WaveSpec> specs, int devices) {
        if (specs.isEmpty()) {
            return devices > 1
                    ? List.of(new Size(1, false), new Size(devices - 1, false))
                    : List.of(new Size(devices, false));
        }
        int counted = specs.stream().mapToInt(s -> s.count().orElse(0)).sum();
        double[] shares = shares(specs);
        double percents = Arrays.stream(shares).sum();
        boolean byPercent = percents > 0;
        boolean grows = specs.stream().anyMatch(s -> s.growth().isPresent());
        if (counted > devices) {
            throw doNotAddUp("the waves by count take " + counted + " devices, but the query matches " + devices
                    + " that a variant suits");
        }
        if (grows) {
            return growing(specs, byPercent, devices - counted);
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
                    + " %, and do not rise to 100 % either; write shares of the devices that the waves by count leave,"
                    + " such as 20%,80%, or how far each wave gets, such as 20%,100%");
        }
        int[] cut = cut(specs, shares, devices - counted);
        return java.util.stream.IntStream.range(0, cut.length)
                .mapToObj(i -> new Size(cut[i], specs.get(i).approval()))
                .toList();
    }

    private static List<Size> growing(List<WaveSpec> specs, boolean byPercent, int rest) {
        var last = specs.get(specs.size() - 1);
        if (byPercent
                || last.growth().isEmpty()
                || specs.stream().filter(s -> s.growth().isPresent()).count() > 1) {
            throw doNotAddUp("growing waves take all that waves by count leave, so they come last, once, and not with"
                    + " waves by percent");
        }
        var sizes = new ArrayList<Size>();
        for (WaveSpec spec : specs.subList(0, specs.size() - 1)) {
            sizes.add(new Size(spec.count().orElseThrow(), spec.approval()));
        }
        var growth = last.growth().get();
        int left = rest;
        for (int i = 0; left > 0; i++) {
            if (sizes.size() == MOST_WAVES) {
                throw doNotAddUp("waves that start with " + growth.start() + " and grow by " + growth.factor()
                        + " would be more than " + MOST_WAVES + " for " + rest + " devices; start or grow larger");
            }
            int size = (int) Math.min(left, growth.size(i));
            sizes.add(new Size(size, i == 0 && last.approval()));
            left -= size;
        }
        return sizes;
    }

    /** Percent that each wave takes; 0 for one by count. Percents that rise to 100 are those reached with each wave. */
    private static double[] shares(List<WaveSpec> specs) {
        double[] percents =
                specs.stream().mapToDouble(s -> s.percent().orElse(0)).toArray();
        double reached = 0;
        double[] steps = new double[percents.length];
        for (int i = 0; i < percents.length; i++) {
            if (percents[i] > 0) {
                steps[i] = percents[i] - reached;
                if (steps[i] <= 0) {
                    return percents;
                }
                reached = percents[i];
            }
        }
        return reached == 100 ? steps : percents;
    }

    private static int[] cut(List<WaveSpec> specs, double[] shares, int rest) {
        int[] sizes = new int[specs.size()];
        double cumulative = 0;
        int taken = 0;
        for (int i = 0; i < sizes.length; i++) {
            var spec = specs.get(i);
            if (spec.count().isPresent()) {
                sizes[i] = spec.count().getAsInt();
            } else {
                cumulative += shares[i];
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
