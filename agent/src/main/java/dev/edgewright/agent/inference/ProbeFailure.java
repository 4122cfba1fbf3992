package dev.edgewright.agent.inference;

/**
 * Why a prepared variant must not take over.
 *
 * @param code {@code PARITY}, {@code OUTPUT_NOT_FINITE}, {@code LATENCY_LIMIT}, {@code MEMORY_LIMIT}, {@code GOLDEN_MISMATCH} or
 *     {@code PROBE_RUN_FAILED}
 */
public record ProbeFailure(String code, String message) {}
