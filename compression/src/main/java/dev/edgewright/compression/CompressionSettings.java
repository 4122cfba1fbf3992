package dev.edgewright.compression;

import dev.edgewright.compression.pass.Allowance;
import java.time.Duration;

/**
 * What a compression may spend, and where its random choices start.
 *
 * @param seed where every random choice starts from
 * @param threads threads inside an operator while latency is measured
 * @param batchSize samples in one run while accuracy is measured, where the model leaves the choice
 * @param calibrationSamples the most samples that calibration reads
 * @param latencyTime time to spend on each latency comparison
 * @param latencyRuns the most runs of each model in a latency comparison
 * @param goldenCases how many golden cases each candidate gets
 * @param allowance what processes that steps start, such as training, may use
 */
public record CompressionSettings(
        long seed,
        int threads,
        int batchSize,
        int calibrationSamples,
        Duration latencyTime,
        int latencyRuns,
        int goldenCases,
        Allowance allowance) {

    public CompressionSettings {
        if (threads < 0 || batchSize < 1 || calibrationSamples < 1 || latencyRuns < 5 || goldenCases < 0) {
            throw new IllegalArgumentException("settings out of range");
        }
    }

    /** One thread, batches of 32, 512 calibration samples, 3 s or 300 runs for each comparison, 8 golden cases, seed 1. */
    public static CompressionSettings defaults() {
        return new CompressionSettings(1, 1, 32, 512, Duration.ofSeconds(3), 300, 8, Allowance.WHOLE);
    }

    public CompressionSettings withSeed(long other) {
        return new CompressionSettings(
                other, threads, batchSize, calibrationSamples, latencyTime, latencyRuns, goldenCases, allowance);
    }

    public CompressionSettings withThreads(int other) {
        return new CompressionSettings(
                seed, other, batchSize, calibrationSamples, latencyTime, latencyRuns, goldenCases, allowance);
    }

    /** Less time for measuring: for tests and quick looks. */
    public CompressionSettings withLatency(Duration time, int runs) {
        return new CompressionSettings(
                seed, threads, batchSize, calibrationSamples, time, runs, goldenCases, allowance);
    }

    public CompressionSettings withCalibrationSamples(int samples) {
        return new CompressionSettings(
                seed, threads, batchSize, samples, latencyTime, latencyRuns, goldenCases, allowance);
    }

    /** The same with a limit on what processes that steps start may use. */
    public CompressionSettings withAllowance(Allowance other) {
        return new CompressionSettings(
                seed, threads, batchSize, calibrationSamples, latencyTime, latencyRuns, goldenCases, other);
    }
}
