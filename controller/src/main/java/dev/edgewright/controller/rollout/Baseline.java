package dev.edgewright.controller.rollout;

/**
 * How a device served a model before it was offered another variant: what gates compare with. Ends of the p95 and
 * of the median are those of their order statistics at one standard error.
 *
 * @param requests that it comes from
 * @param errors among the requests
 * @param joulesPerInference net; 0 when unknown
 * @param p50Ms 0 in what an older controller stored
 * @param residentBytes largest resident memory of the process; 0 when unknown
 */
public record Baseline(
        long requests,
        double p95Ms,
        double p95LowMs,
        double p95HighMs,
        long errors,
        double joulesPerInference,
        long residentBytes,
        double p50Ms,
        double p50LowMs,
        double p50HighMs) {}
