package dev.edgewright.controller.selection;

import static dev.edgewright.controller.selection.VariantSelector.words;

import java.util.Comparator;
import java.util.Optional;

/** Which of the candidates that suit is the best, and what each other one lost by. */
final class Ranking {

    private static final double SAME = 0.02;

    private final Objective objective;

    Ranking(Objective objective) {
        this.objective = objective;
    }

    /** Best first. Of about the same the more accurate, then the smaller. Without any speed the original first. */
    Comparator<Candidate> order() {
        Comparator<Candidate> known = Comparator.comparingInt(
                c -> c.outlook().ms().isPresent() ? 0 : c.variant().original() ? 1 : 2);
        Comparator<Candidate> accurate = Comparator.<Candidate>comparingDouble(
                        c -> c.variant().accuracy().getValue())
                .reversed();
        Comparator<Candidate> fast = Comparator.comparingDouble(
                c -> step(c.outlook().ms().map(Figure::value).orElse(0.0)));
        Comparator<Candidate> small = Comparator.comparingLong(c -> c.variant().bytes());
        Comparator<Candidate> frugal = Comparator.comparingDouble(c -> step(c.outlook()
                .joules()
                .or(() -> c.outlook().ms())
                .map(Figure::value)
                .orElse(0.0)));
        Comparator<Candidate> first = switch (objective) {
            case LATENCY -> known.thenComparing(fast).thenComparing(accurate);
            case ENERGY -> known.thenComparing(frugal).thenComparing(accurate);
            case SIZE -> small.thenComparing(accurate).thenComparing(fast);
            case ACCURACY -> accurate.thenComparing(known).thenComparing(fast);
        };
        return first.thenComparing(small).thenComparing(c -> c.variant().digest());
    }

    /** Values within 2 % of each other are one step; finer differences are below what a prediction can tell. */
    private static double step(double value) {
        return value <= 0 ? 0 : Math.floor(Math.log(value) / Math.log1p(SAME));
    }

    /** The loser with what it lost by. */
    Candidate lost(Candidate loser, Candidate best) {
        return switch (objective) {
            case LATENCY -> loser.with(Verdict.SLOWER, compared(loser, best));
            case ENERGY ->
                loser.with(Verdict.MORE_ENERGY, figure(loser) + ", " + named(best) + " takes " + figure(best));
            case SIZE -> loser.with(Verdict.LARGER, figure(loser) + ", " + named(best) + " has " + figure(best));
            case ACCURACY ->
                loser.with(Verdict.LESS_ACCURATE, figure(loser) + ", " + named(best) + " has " + figure(best));
        };
    }

    /** What the objective looks at, in words. */
    String figure(Candidate candidate) {
        return switch (objective) {
            case LATENCY -> milliseconds(candidate.outlook().ms());
            case ENERGY ->
                candidate
                        .outlook()
                        .joules()
                        .map(j -> words("%.4g joules a run %s", j.value(), verb(j)))
                        .orElseGet(() -> "no energy is known here, "
                                + milliseconds(candidate.outlook().ms()));
            case SIZE -> words("%d bytes", candidate.variant().bytes());
            case ACCURACY ->
                candidate.variant().hasAccuracy()
                        ? words("accuracy %.4f", candidate.variant().accuracy().getValue())
                        : "unknown accuracy";
        };
    }

    private static String compared(Candidate loser, Candidate best) {
        var mine = loser.outlook().ms();
        var theirs = best.outlook().ms();
        if (mine.isEmpty() || theirs.isEmpty()) {
            return "nothing says how fast it is here";
        }
        if (step(mine.get().value()) == step(theirs.get().value())) {
            double more = best.variant().accuracy().getValue()
                    - loser.variant().accuracy().getValue();
            return words(
                    "%s, as fast as %s (%.3f ms), which %s",
                    milliseconds(mine),
                    named(best),
                    theirs.get().value(),
                    more > 0 ? words("is more accurate by %.4f", more) : "is no larger");
        }
        return words(
                "%.3f ms %s, %s takes %.3f ms",
                mine.get().value(), verb(mine.get()), named(best), theirs.get().value());
    }

    private static String milliseconds(Optional<Figure> ms) {
        return ms.map(f -> words("%.3f ms %s", f.value(), verb(f))).orElse("nothing says how fast it is here");
    }

    private static String named(Candidate candidate) {
        return candidate.variant().name();
    }

    static String verb(Figure figure) {
        return switch (figure.source()) {
            case TRIAL -> "measured in a trial on this class";
            case REQUESTS -> "measured on requests to this class";
            case PROBING -> "measured on devices of this class";
            case NEIGHBOURS, OPERATORS ->
                words("predicted from probes and measurements on this class (±%.0f %%)", 100 * figure.sigma());
            case PROBES -> words("predicted from the device's probes (±%.0f %%)", 100 * figure.sigma());
        };
    }
}
