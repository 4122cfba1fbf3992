package dev.edgewright.training.prune;

import dev.edgewright.compression.graph.Graph;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import dev.edgewright.training.trainer.TrainingResult;
import java.util.ArrayList;
import java.util.List;

/**
 * Prunes a little, recovers by training, and again, until the budget is met or the accuracy floor breaks. Every step is kept, so that
 * the caller can choose on the front.
 */
public final class IterativePruning {

    /** Trains a pruned graph and gives it back with its validation accuracy. */
    @FunctionalInterface
    public interface Recovery {
        TrainingResult recover(Graph pruned, int round, int rounds);
    }

    /** Cuts a graph down to so many multiply-accumulates a sample; gives the same graph back when it fits already or nothing may go. */
    @FunctionalInterface
    public interface Cut {
        Graph to(Graph graph, long budget);
    }

    /**
     * One point on the way.
     *
     * @param graph recovered graph
     * @param macs multiply-accumulates a sample
     * @param validationAccuracy after recovery
     */
    public record Step(Graph graph, long macs, double validationAccuracy) {}

    private IterativePruning() {}

    /**
     * Goes from the graph to the budget in equal ratios.
     *
     * @param share of the graph's multiply-accumulates that may stay, 0..1
     * @param rounds how many times to cut
     * @param cut how it is cut each time
     * @param floor validation accuracy below which pruning stops; the step that broke it is kept, as the last
     */
    public static List<Step> run(Graph graph, double share, int rounds, Cut cut, double floor, Recovery recovery) {
        if (!(share > 0 && share < 1) || rounds < 1) {
            throw new TrainingException(
                    Code.SETTINGS_INVALID,
                    "pruning needs a share in (0, 1) and rounds of at least 1, not " + share + ", " + rounds);
        }
        long whole = Macs.of(graph);
        List<Step> steps = new ArrayList<>();
        Graph current = graph;
        for (int round = 1; round <= rounds; round++) {
            long budget = Math.round(whole * Math.pow(share, (double) round / rounds));
            Graph pruned = cut.to(current, budget);
            if (pruned == current) {
                continue; // the step before already fits this round's budget, or nothing may shrink
            }
            TrainingResult result = recovery.recover(pruned, round, rounds);
            current = result.graph();
            steps.add(new Step(current, Macs.of(current), result.validationAccuracy()));
            if (result.validationAccuracy() < floor) {
                break;
            }
        }
        return steps;
    }
}
