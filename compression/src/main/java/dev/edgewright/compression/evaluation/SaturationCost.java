package dev.edgewright.compression.evaluation;

import dev.edgewright.compression.data.Batch;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.data.Task;
import dev.edgewright.compression.graph.Graph;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.quantize.Int8Emulation;

/**
 * What a static int8 file gives on x86 with VNNI (or Arm) and without: computed here in integers, whatever machine this is.
 *
 * @param exact with 32-bit sums
 * @param saturating with sums of two products that stop at 16 bits, as vpmaddubsw does
 */
public record SaturationCost(AccuracyResult exact, AccuracyResult saturating) {

    /**
     * Runs the file both ways over a split. Slow: about a second for every billion multiply-adds.
     *
     * @param int8 a model that {@code int8-static} made
     * @param original the float model's outputs on the same split
     */
    public static SaturationCost of(Graph int8, Split split, Task task, Reference original, int batchSize) {
        return new SaturationCost(
                score(int8, false, split, task, original, batchSize),
                score(int8, true, split, task, original, batchSize));
    }

    /** As {@link #of}, the saturating half only, for callers that know the other from running the file. */
    public static AccuracyResult saturating(Graph int8, Split split, Task task, Reference original, int batchSize) {
        return score(int8, true, split, task, original, batchSize);
    }

    /** The points lost by running this file where it saturates. */
    public double lost() {
        return saturating.lossAgainst(exact);
    }

    private static AccuracyResult score(
            Graph int8, boolean saturating, Split split, Task task, Reference original, int batchSize) {
        Scores scores = new Scores(task.metric());
        Batching batching = Batching.of(int8.feeds(), batchSize);
        batching.check(split);
        String output = task.output().isEmpty() ? int8.outputs().get(0).name() : task.output();
        long[] position = {0};
        try (Int8Emulation emulation = new Int8Emulation(int8, saturating)) {
            split.forEachBatch(batching.size(), raw -> {
                Batch batch = batching.fit(raw);
                Tensor result = emulation.run(batch.inputs()).get(output);
                float[][] rows = Reference.rows(result, (int) result.size(0));
                for (int i = 0; i < batch.size(); i++) {
                    long sample = position[0] + i;
                    scores.add(
                            rows[i],
                            original.row(sample),
                            batch.hasLabels() ? batch.labels()[i] : -1,
                            batch.targetsOf(i));
                }
                position[0] += batch.size();
            });
        }
        return scores.result();
    }
}
