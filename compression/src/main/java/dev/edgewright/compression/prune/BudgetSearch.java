package dev.edgewright.compression.prune;

import java.util.List;

/**
 * Chooses a level for each group so that the cost falls to a target with little error: repeatedly the move with the least error for each
 * saved unit of cost, then units are given back where the target allows. Errors of groups are taken to add up.
 */
final class BudgetSearch {

    private final List<RemovalCurve> curves;
    private final Cost cost;
    private final int[] levels;

    private BudgetSearch(List<RemovalCurve> curves, Cost cost) {
        this.curves = curves;
        this.cost = cost;
        this.levels = new int[curves.size()];
    }

    /** A level for each curve; the target is missed only when every curve is at its end. */
    static int[] choose(List<RemovalCurve> curves, Cost cost, double target) {
        BudgetSearch search = new BudgetSearch(curves, cost);
        search.shrink(target);
        search.giveBack(target);
        return search.levels;
    }

    private double cost(int group, int level) {
        int[] kept = new int[levels.length];
        for (int g = 0; g < kept.length; g++) {
            kept[g] = curves.get(g).kept()[g == group ? level : levels[g]];
        }
        return cost.of(kept);
    }

    private void shrink(double target) {
        for (double now = cost(-1, 0); now > target; now = cost(-1, 0)) {
            int bestGroup = -1;
            int bestLevel = 0;
            double best = Double.POSITIVE_INFINITY;
            for (int g = 0; g < levels.length; g++) {
                double[] error = curves.get(g).error();
                for (int level = levels[g] + 1; level < error.length; level++) {
                    double saved = Math.min(now - cost(g, level), now - target);
                    double rate = (error[level] - error[levels[g]] + 1e-12) / saved;
                    if (saved > 0 && rate < best) {
                        best = rate;
                        bestGroup = g;
                        bestLevel = level;
                    }
                }
            }
            if (bestGroup < 0) {
                return;
            }
            levels[bestGroup] = bestLevel;
        }
    }

    private void giveBack(double target) {
        while (true) {
            int bestGroup = -1;
            double best = 0;
            for (int g = 0; g < levels.length; g++) {
                if (levels[g] > 0 && cost(g, levels[g] - 1) <= target) {
                    double gain =
                            curves.get(g).error()[levels[g]] - curves.get(g).error()[levels[g] - 1];
                    if (bestGroup < 0 || gain > best) {
                        best = gain;
                        bestGroup = g;
                    }
                }
            }
            if (bestGroup < 0) {
                return;
            }
            levels[bestGroup]--;
        }
    }
}
