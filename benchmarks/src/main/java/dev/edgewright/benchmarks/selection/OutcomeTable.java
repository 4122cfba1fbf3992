package dev.edgewright.benchmarks.selection;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The outcomes of all kinds of devices as a table, beside what simpler ways of choosing would have come to. */
final class OutcomeTable {

    private static final String USUAL_INT8 = "int8-static";

    private final List<Outcome> rows;
    private final String single;

    OutcomeTable(List<Outcome> rows) {
        this.rows = rows;
        this.single = rows.get(0).allowed().stream()
                .min(Comparator.comparingDouble(
                        v -> rows.stream().mapToDouble(r -> r.regret(v)).sum()))
                .orElseThrow();
    }

    void print() {
        say(
                "| device | best there | after a trial | prediction only | always %s | %s for all | trial, s | exhaustive, s |",
                USUAL_INT8, single);
        say("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Outcome row : rows) {
            say(
                    "| %s | %s (%.2fx) | %s, %.1f %% | %s, %.1f %% | %s | %s | %.1f | %.1f |",
                    row.device(),
                    row.best(),
                    1 / row.oracle().get(row.best()),
                    row.trial(),
                    100 * row.regret(row.trial()),
                    row.prediction(),
                    100 * row.regret(row.prediction()),
                    cell(row, USUAL_INT8),
                    cell(row, single),
                    row.trialMs() / 1e3,
                    row.exhaustiveMs() / 1e3);
        }
        line("after a trial", row -> row.regret(row.trial()));
        line("prediction only", row -> row.regret(row.prediction()));
        line("always " + USUAL_INT8, row -> row.regret(USUAL_INT8));
        line("one for all (" + single + ")", row -> row.regret(single));
        say(
                "trial time: %.1f %% of the exhaustive; limit on accuracy kept: %s",
                100.0
                        * rows.stream().mapToLong(Outcome::trialMs).sum()
                        / rows.stream().mapToLong(Outcome::exhaustiveMs).sum(),
                rows.stream().allMatch(Outcome::floorKept));
    }

    private void line(String name, ToDoubleFunction<Outcome> regret) {
        say(
                "%s: mean regret %.2f %%, worst %.2f %%",
                name,
                100 * rows.stream().mapToDouble(regret).average().orElse(0),
                100 * rows.stream().mapToDouble(regret).max().orElse(0));
    }

    private static String cell(Outcome row, String variant) {
        String why = row.oracle().containsKey(variant) ? "" : "cannot run, fp32 ";
        return String.format(Locale.ROOT, "%s%.1f %%", why, 100 * row.regret(variant));
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
