package dev.edgewright.agent.health;

import java.time.Duration;
import java.util.Locale;

/**
 * Decides whether a watched variant stays.
 *
 * <p>A few requests prove little, so ratios and quantiles are only judged from {@link #MIN_SAMPLE} requests on (fewer
 * where the assignment itself asks for fewer); the error count then must exceed the limit by more than chance explains,
 * tested by the lower end of the 95 % Wilson interval (E. B. Wilson, JASA 22, 1927). Where the assignment names no error
 * limit, more than double the previous variant's ratio plus one percentage point is a regression.
 */
public final class Watch {

    /** Requests from which a p95 has one observation beyond it. */
    public static final long MIN_SAMPLE = 20;

    /** What to do with the watched variant now. */
    public sealed interface Verdict {}

    public record KeepWatching() implements Verdict {}

    public record Settled() implements Verdict {}

    /** @param code stable, upper snake case */
    public record Regressed(String code, String message) implements Verdict {}

    private Watch() {}

    /**
     * @param live the watched variant, since it began to serve
     * @param before the variant it replaced, as it was when it stopped; {@link LiveNumbers#NONE} when there was none
     * @param watched how long the watch has lasted
     */
    public static Verdict judge(WatchRules rules, LiveNumbers live, LiveNumbers before, Duration watched) {
        long enough = rules.minRequests() > 0 ? Math.min(MIN_SAMPLE, rules.minRequests()) : MIN_SAMPLE;
        boolean timeIsUp = watched.compareTo(rules.length()) >= 0;
        if (live.requests() >= enough) {
            Verdict bad = regression(rules, live, before);
            if (bad != null) {
                return bad;
            }
        }
        boolean sawEnough = live.requests() >= rules.minRequests();
        return timeIsUp && sawEnough ? new Settled() : new KeepWatching();
    }

    private static Verdict regression(WatchRules rules, LiveNumbers live, LiveNumbers before) {
        double allowed = rules.maxErrorRatio() > 0 ? rules.maxErrorRatio() : 2 * before.errorRatio() + 0.01;
        if (wilsonLow(live.errors(), live.requests()) > allowed) {
            return new Regressed(
                    "ERROR_RATIO",
                    format(
                            "%d of %d requests failed, at most %.4f of them may",
                            live.errors(), live.requests(), allowed));
        }
        double p95Ms = 1000 * live.p95Seconds();
        if (rules.maxP95Ms() > 0 && p95Ms > rules.maxP95Ms()) {
            return new Regressed("P95_LIMIT", format("live p95 is %.2f ms, limit %.2f ms", p95Ms, rules.maxP95Ms()));
        }
        boolean comparable = before.requests() >= MIN_SAMPLE && before.p95Seconds() > 0;
        if (rules.maxSlowdown() > 0 && comparable && live.p95Seconds() > rules.maxSlowdown() * before.p95Seconds()) {
            return new Regressed(
                    "SLOWDOWN",
                    format(
                            "live p95 is %.2f ms, before it was %.2f ms, at most %.2f times as much is allowed",
                            p95Ms, 1000 * before.p95Seconds(), rules.maxSlowdown()));
        }
        double joules = live.joulesPerInference().orElse(0);
        if (rules.maxJoulesPerInference() > 0 && joules > rules.maxJoulesPerInference()) {
            return new Regressed(
                    "ENERGY_LIMIT",
                    format("%.4f J per inference, limit %.4f J", joules, rules.maxJoulesPerInference()));
        }
        return null;
    }

    /** Lower end of the 95 % interval of a ratio of which {@code hits} of {@code n} were seen. */
    static double wilsonLow(long hits, long n) {
        if (n == 0 || hits == 0) {
            return 0;
        }
        double z = 1.96;
        double p = (double) hits / n;
        double centre = p + z * z / (2 * n);
        double spread = z * Math.sqrt(p * (1 - p) / n + z * z / (4.0 * n * n));
        return (centre - spread) / (1 + z * z / n);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
