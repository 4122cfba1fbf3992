package dev.edgewright.controller.trial;

import dev.edgewright.common.id.Digest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which candidates are measured, for how long, and which go on: successive halving (Karnin, Koren and Somekh 2013; Jamieson and
 * Talwalkar 2016) over intervals. Every round measures fewer candidates for longer, so that most of the time goes to those between
 * which the choice really is. Pure.
 */
public final class HalvingSchedule {

    /** Values this near are the same: the choice between them is made by accuracy and size (selection takes the same step). */
    static final double SAME = 0.02;

    private static final double TWO_SIDED_95 = 1.96;
    static final int ROUNDS = 3;
    private static final int GROWTH = 2;

    private HalvingSchedule() {}

    /**
     * One candidate as it stands.
     *
     * @param value of what is minimised, above 0; lower is better
     * @param low lower end of its 95 % interval
     * @param baseline whether others are compared with it (the original), so that it is measured in any case
     */
    public record Contender(Digest manifest, double value, double low, double high, boolean baseline) {

        double width() {
            return high / low;
        }

        /** The same value, that sure: {@code sigma} is the standard deviation of its logarithm. */
        Contender within(double sigma) {
            double half = Math.exp(TWO_SIDED_95 * sigma);
            return new Contender(manifest, value, value / half, value * half, baseline);
        }
    }

    /**
     * Who is measured at all: the best by prediction, the one of highest uncertainty that could still win, and the baseline.
     *
     * @param best how many by prediction
     */
    public static List<Digest> entrants(List<Contender> all, int best) {
        List<Contender> sorted = sorted(all);
        Set<Digest> chosen = new LinkedHashSet<>();
        sorted.stream().filter(c -> couldWin(c, sorted)).limit(best).forEach(c -> chosen.add(c.manifest()));
        sorted.stream()
                .filter(c -> !chosen.contains(c.manifest()) && couldWin(c, sorted))
                .max(Comparator.comparingDouble(Contender::width))
                .ifPresent(c -> chosen.add(c.manifest()));
        if (chosen.size() > 1) {
            sorted.stream().filter(Contender::baseline).forEach(c -> chosen.add(c.manifest()));
        }
        return List.copyOf(chosen);
    }

    /** Whether its best case beats what the best one is thought to take. */
    private static boolean couldWin(Contender candidate, List<Contender> sorted) {
        return candidate.low() <= sorted.get(0).value();
    }

    /**
     * Who goes on after a round: the best one, and those that may still be better than it by more than {@link #SAME}. How much worse another one
     * may be does not matter, for it is the best that is taken (the stopping rule of Even-Dar, Mannor and Mansour 2006 for a choice that is nearly
     * the best). Where not all can go on, those do whose best case is best, so that one that was disturbed is looked at again.
     *
     * @param measured those of the round that are not out, with what they measured
     * @return empty when it is decided: nobody may be much better than the best one, or the rounds are over
     */
    public static Optional<List<Digest>> next(int round, List<Contender> measured) {
        if (round >= ROUNDS || measured.size() < 2) {
            return Optional.empty();
        }
        List<Contender> sorted = sorted(measured);
        Contender best = sorted.get(0);
        List<Digest> on = new ArrayList<>(List.of(best.manifest()));
        sorted.stream()
                .skip(1)
                .filter(c -> c.low() * (1 + SAME) < best.high())
                .sorted(Comparator.comparingDouble(Contender::low).thenComparing(Contender::manifest))
                .limit(Math.max(1, (measured.size() + 1) / 2 - 1))
                .forEach(c -> on.add(c.manifest()));
        return on.size() < 2 ? Optional.empty() : Optional.of(List.copyOf(on));
    }

    /** Longest measuring of one candidate in a round, of which the last takes {@code longestMs}. */
    public static int measureMs(int round, int longestMs) {
        int ms = longestMs;
        for (int i = round; i < ROUNDS; i++) {
            ms /= GROWTH;
        }
        return Math.max(1, ms);
    }

    private static List<Contender> sorted(List<Contender> all) {
        return all.stream()
                .sorted(Comparator.comparingDouble(Contender::value).thenComparing(Contender::manifest))
                .toList();
    }
}
