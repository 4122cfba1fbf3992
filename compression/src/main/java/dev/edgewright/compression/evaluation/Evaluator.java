package dev.edgewright.compression.evaluation;

import dev.edgewright.compression.CompressionException;
import dev.edgewright.compression.CompressionException.Code;
import dev.edgewright.compression.data.Batch;
import dev.edgewright.compression.data.Batching;
import dev.edgewright.compression.data.Split;
import dev.edgewright.compression.data.Task;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.graph.ValueInfo;
import dev.edgewright.compression.runtime.ModelSession;
import java.util.Set;

/**
 * Runs models over a split and scores one output. All models get the same batches, because the output of dynamically quantised models
 * depends on what else is in the batch.
 */
public final class Evaluator {

    private final Split split;
    private final Task task;
    private final int batchSize;

    /** @param batchSize samples in one run, where the model leaves the choice */
    public Evaluator(Split split, Task task, int batchSize) {
        this.split = split;
        this.task = task;
        this.batchSize = batchSize;
    }

    /** Scores the original and keeps its outputs for comparison. */
    public Original original(ModelSession session) {
        Reference.Builder rows = new Reference.Builder();
        Scores scores = new Scores(task.metric());
        run(session, (row, sample, label, targets) -> {
            rows.add(row);
            scores.add(row, row, label, targets);
        });
        return new Original(scores.result(), rows.build());
    }

    /** Scores a model against the original's outputs. */
    public AccuracyResult evaluate(ModelSession session, Reference reference) {
        Scores scores = new Scores(task.metric());
        run(session, (row, sample, label, targets) -> scores.add(row, reference.row(sample), label, targets));
        return scores.result();
    }

    /**
     * The original's quality and outputs.
     *
     * @param accuracy its quality
     * @param reference its outputs
     */
    public record Original(AccuracyResult accuracy, Reference reference) {}

    private interface Visitor {
        void visit(float[] row, long sample, long label, float[] targets);
    }

    private void run(ModelSession session, Visitor visitor) {
        String output = scoredOutput(session, task);
        Batching batching = Batching.of(session.inputs(), batchSize);
        batching.check(split);
        long[] position = {0};
        split.forEachBatch(batching.size(), raw -> {
            Batch batch = batching.fit(raw);
            Tensor result = session.run(batch.inputs(), Set.of(output)).get(output);
            int rows = batching.fixed() ? batching.size() : batch.size();
            if (result.rank() == 0 || result.size(0) != rows) {
                throw new CompressionException(
                        Code.DATA_INVALID,
                        "output " + output + " is " + result + "; its first axis must be the " + rows
                                + " samples of the batch");
            }
            float[][] values = Reference.rows(result, rows);
            for (int i = 0; i < batch.size(); i++) {
                visitor.visit(values[i], position[0] + i, label(batch, i, position[0] + i), batch.targetsOf(i));
            }
            position[0] += batch.size();
        });
    }

    private static long label(Batch batch, int index, long sample) {
        if (!batch.hasLabels()) {
            return -1;
        }
        if (batch.labels()[index] < 0) {
            throw new CompressionException(
                    Code.LABEL_OUT_OF_RANGE, "sample " + sample + " has the negative label " + batch.labels()[index]);
        }
        return batch.labels()[index];
    }

    /** The output that the task names, or the model's first. */
    public static String scoredOutput(ModelSession session, Task task) {
        if (task.output().isEmpty()) {
            return session.outputs().stream()
                    .filter(ValueInfo::isTensor)
                    .findFirst()
                    .orElseThrow(() ->
                            new CompressionException(Code.DATA_INVALID, "the model has no tensor output to score"))
                    .name();
        }
        if (session.outputs().stream().noneMatch(output -> output.name().equals(task.output()))) {
            throw new CompressionException(
                    Code.DATA_INVALID,
                    "the data scores output " + task.output() + ", but the model gives "
                            + session.outputs().stream().map(ValueInfo::name).toList());
        }
        return task.output();
    }
}
