package dev.edgewright.benchmarks.training;

import dev.edgewright.compression.data.Batch;
import dev.edgewright.compression.data.DataSource;
import dev.edgewright.compression.evaluation.Interval;
import dev.edgewright.compression.graph.Tensor;
import dev.edgewright.compression.runtime.ModelSession;
import dev.edgewright.compression.runtime.SessionSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * How much better one way of training is than another, on the same test samples: a pair of files for each seed, the difference of each pair
 * from the samples that only one of the two gets right, and the mean over the seeds. Two intervals belong to a mean: over other test samples
 * with these files, and over other seeds (Student's t, wide for few seeds).
 */
public final class PairedScores {

    private static final int BATCH = 250;
    /** Student's t for 95 %, two-sided, by degrees of freedom from 1 on. */
    private static final double[] T95 = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262};

    private PairedScores() {}

    /**
     * One seed's pair.
     *
     * @param first the samples that the first file gets right
     * @param second those of the second
     */
    record Pair(BitSet first, BitSet second) {

        /** Samples that only the first file gets right. */
        int won() {
            return without(first, second);
        }

        int lost() {
            return without(second, first);
        }

        private static int without(BitSet some, BitSet others) {
            BitSet left = (BitSet) some.clone();
            left.andNot(others);
            return left.cardinality();
        }
    }

    /** The mean difference of right answers a sample, and its interval over the samples: each sample counts once, whatever the seeds. */
    static Interval overSamples(List<Pair> pairs, int samples) {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < samples; i++) {
            double difference = 0;
            for (Pair pair : pairs) {
                difference += (pair.first().get(i) ? 1 : 0) - (pair.second().get(i) ? 1 : 0);
            }
            difference /= pairs.size();
            sum += difference;
            squares += difference * difference;
        }
        return Interval.ofMean(sum, squares, samples);
    }

    /** The interval of the mean difference over seeds. */
    static Interval overSeeds(List<Pair> pairs, int samples) {
        int n = pairs.size();
        if (n < 2 || n > T95.length + 1) {
            return new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        double[] differences = pairs.stream()
                .mapToDouble(pair -> (double) (pair.won() - pair.lost()) / samples)
                .toArray();
        double mean = java.util.Arrays.stream(differences).average().orElseThrow();
        double variance = java.util.Arrays.stream(differences)
                        .map(d -> (d - mean) * (d - mean))
                        .sum()
                / (n - 1);
        double half = T95[n - 2] * Math.sqrt(variance / n);
        return new Interval(mean - half, mean + half);
    }

    /** @param args DATA (whose test split is scored), then FIRST.onnx SECOND.onnx for each seed */
    public static void main(String[] args) {
        if (args.length < 3 || args.length % 2 == 0) {
            System.err.println("usage: PairedScores DATA FIRST.onnx SECOND.onnx [FIRST.onnx SECOND.onnx ...]");
            System.exit(2);
        }
        DataSource data = DataSource.open(Path.of(args[0]));
        int samples = (int) data.test().size();
        List<Pair> pairs = new ArrayList<>();
        for (int i = 1; i < args.length; i += 2) {
            Pair pair = new Pair(right(data, Path.of(args[i])), right(data, Path.of(args[i + 1])));
            pairs.add(pair);
            Interval alone = overSamples(List.of(pair), samples);
            System.out.printf(
                    Locale.ROOT,
                    "%s %.2f %%, %s %.2f %%: %+.2f points (%+.2f..%+.2f), %d samples won, %d lost%n",
                    args[i],
                    100.0 * pair.first().cardinality() / samples,
                    args[i + 1],
                    100.0 * pair.second().cardinality() / samples,
                    100.0 * (pair.won() - pair.lost()) / samples,
                    100 * alone.low(),
                    100 * alone.high(),
                    pair.won(),
                    pair.lost());
        }
        Interval samplewise = overSamples(pairs, samples);
        Interval seedwise = overSeeds(pairs, samples);
        System.out.printf(
                Locale.ROOT,
                "mean of %d: first %.2f %%, second %.2f %%, difference %+.2f points; over samples %+.2f..%+.2f, over seeds %+.2f..%+.2f%n",
                pairs.size(),
                pairs.stream().mapToInt(p -> p.first().cardinality()).average().orElseThrow() * 100 / samples,
                pairs.stream().mapToInt(p -> p.second().cardinality()).average().orElseThrow() * 100 / samples,
                50 * (samplewise.low() + samplewise.high()),
                100 * samplewise.low(),
                100 * samplewise.high(),
                100 * seedwise.low(),
                100 * seedwise.high());
    }

    private static BitSet right(DataSource data, Path file) {
        BitSet right = new BitSet();
        int[] at = {0};
        String output = data.task().output();
        try (ModelSession session = ModelSession.open(file, SessionSettings.single())) {
            data.test().forEachBatch(BATCH, (Batch batch) -> {
                Tensor scores = session.run(batch.inputs()).get(output);
                float[] values = scores.toFloats();
                int width = values.length / batch.size();
                for (int i = 0; i < batch.size(); i++) {
                    int best = 0;
                    for (int c = 1; c < width; c++) {
                        best = values[i * width + c] > values[i * width + best] ? c : best;
                    }
                    right.set(at[0]++, best == batch.labels()[i]);
                }
            });
        }
        return right;
    }
}
