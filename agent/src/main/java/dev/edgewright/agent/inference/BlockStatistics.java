package dev.edgewright.agent.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs of two variants in alternating blocks. What is compared are the medians of neighbouring blocks: drift of clock and
 * temperature is slower than a block and cancels in the ratio, and a block is long enough to be nearly independent of the one before.
 * Intervals are Student's t at 95 % over the blocks, on logarithms.
 */
final class BlockStatistics {

    /** 97.5 % quantiles of Student's t for 1 to 12 degrees of freedom, then a bound for up to 30, then beyond. */
    private static final double[] T = {12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18};

    /** A value and its interval. */
    record Interval(double value, double low, double high) {}

    private final List<double[]> blocks = new ArrayList<>();
    private final List<Double> medians = new ArrayList<>();
    private int runs;
    private double joules;
    private long joulesRuns;

    /** @param millis of the runs of one block, at least one */
    void add(double[] millis) {
        double[] sorted = millis.clone();
        Arrays.sort(sorted);
        blocks.add(sorted);
        medians.add(ProbeRun.quantile(sorted, 0.5));
        runs += millis.length;
    }

    void addJoules(double net, int ofRuns) {
        joules += net;
        joulesRuns += ofRuns;
    }

    int blocks() {
        return blocks.size();
    }

    int runs() {
        return runs;
    }

    /** Per run; 0 when unknown. */
    double joules() {
        return joulesRuns == 0 ? 0 : joules / joulesRuns;
    }

    double quantile(double q) {
        double[] all = blocks.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
        return all.length == 0 ? 0 : ProbeRun.quantile(all, q);
    }

    /** The median over all runs, in the interval of the blocks' medians. */
    Interval median() {
        double value = quantile(0.5);
        Interval around = interval(medians.stream().mapToDouble(Math::log).toArray());
        return new Interval(value, Math.min(value, around.low()), Math.max(value, around.high()));
    }

    /** This by that, block by block; of the blocks that both have. */
    Interval ratioTo(BlockStatistics other) {
        int pairs = Math.min(medians.size(), other.medians.size());
        double[] logs = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            logs[i] = Math.log(medians.get(i) / other.medians.get(i));
        }
        return interval(logs);
    }

    /** Half the width of an interval, relative to its value. */
    static double width(Interval interval) {
        return interval.value() > 0 ? Math.log(interval.high() / interval.low()) / 2 : Double.POSITIVE_INFINITY;
    }

    private static Interval interval(double[] logs) {
        if (logs.length == 0) {
            return new Interval(0, 0, 0);
        }
        double mean = Arrays.stream(logs).average().orElseThrow();
        if (logs.length == 1) {
            return new Interval(Math.exp(mean), Math.exp(mean - 1), Math.exp(mean + 1));
        }
        double squares = Arrays.stream(logs).map(x -> (x - mean) * (x - mean)).sum();
        double error = Math.sqrt(squares / (logs.length - 1) / logs.length);
        double half = t(logs.length - 1) * error;
        return new Interval(Math.exp(mean), Math.exp(mean - half), Math.exp(mean + half));
    }

    private static double t(int freedom) {
        return freedom <= T.length ? T[freedom - 1] : freedom <= 30 ? 2.16 : 2.04;
    }
}
