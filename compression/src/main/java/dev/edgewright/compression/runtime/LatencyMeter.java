package dev.edgewright.compression.runtime;

import dev.edgewright.compression.graph.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Measures models side by side: the runs of all of them are interleaved, so that whatever else the machine does hits each alike, and
 * medians are compared.
 */
public final class LatencyMeter {

    private final Duration budget;
    private final int maxRuns;

    /**
     * @param budget time to spend on all models together, warm-up apart
     * @param maxRuns the most runs for each model
     */
    public LatencyMeter(Duration budget, int maxRuns) {
        this.budget = budget;
        this.maxRuns = maxRuns;
    }

    /**
     * Runs every session on the same feeds in turn: three warm-up rounds, then rounds until the budget or the number of runs is used up,
     * at least five.
     *
     * @param threads what to write into the results; the sessions were opened with it
     * @return one result for each session, in order
     */
    public List<LatencyResult> compare(List<ModelSession> sessions, Map<String, Tensor> feeds, int threads) {
        List<ModelSession.Prepared> prepared = new ArrayList<>();
        try {
            sessions.forEach(session -> prepared.add(session.prepare(feeds)));
            for (int round = 0; round < 3; round++) {
                prepared.forEach(ModelSession.Prepared::timeNanos);
            }
            long[][] nanos = new long[sessions.size()][maxRuns];
            SplittableRandom random = new SplittableRandom(1);
            int rounds = 0;
            long spent = 0;
            while (rounds < maxRuns && (rounds < 5 || spent < budget.toNanos())) {
                for (int model : order(nanos.length, random)) {
                    nanos[model][rounds] = prepared.get(model).timeNanos();
                    spent += nanos[model][rounds];
                }
                rounds++;
            }
            List<LatencyResult> results = new ArrayList<>();
            long[] first = Arrays.copyOf(nanos[0], rounds);
            for (long[] samples : nanos) {
                results.add(LatencyResult.of(Arrays.copyOf(samples, rounds), first, threads));
            }
            return results;
        } finally {
            prepared.forEach(ModelSession.Prepared::close);
        }
    }

    /**
     * Any order is as likely as another: who runs behind itself, or behind a small model, finds more of the caches warm, and in a fixed order
     * that would always be the same one.
     */
    private static int[] order(int models, SplittableRandom random) {
        int[] order = new int[models];
        for (int i = 0; i < models; i++) {
            int place = random.nextInt(i + 1);
            order[i] = order[place];
            order[place] = i;
        }
        return order;
    }
}
