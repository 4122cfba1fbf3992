package dev.edgewright.agent.device;

import dev.edgewright.common.protocol.v1.Probe;
import java.util.Arrays;

/**
 * Times of repeated runs.
 *
 * @param micros sorted
 */
record Timing(double[] micros) {
    private static final int WARM_UP = 2;

    /** Something that runs and may fail. */
    interface Run<E extends Exception> {
        void once() throws E;
    }

    static <E extends Exception> Timing measure(ProbeSettings settings, Run<E> run) throws E {
        for (int i = 0; i < WARM_UP; i++) {
            run.once();
        }
        double[] micros = new double[settings.maxRuns()];
        int runs = 0;
        long begin = System.nanoTime();
        while (runs < settings.maxRuns()
                && (runs < settings.minRuns()
                        || System.nanoTime() - begin < settings.perProbe().toNanos())) {
            long start = System.nanoTime();
            run.once();
            micros[runs++] = (System.nanoTime() - start) / 1e3;
        }
        double[] taken = Arrays.copyOf(micros, runs);
        Arrays.sort(taken);
        return new Timing(taken);
    }

    Probe.Builder describe(Probe.Builder probe) {
        return probe.setMedianUs(at(0.5)).setP95Us(at(0.95)).setRuns(micros.length);
    }

    private double at(double quantile) {
        return micros[Math.max(0, (int) Math.ceil(quantile * micros.length) - 1)];
    }
}
