/**
 * Runs ONNX models: one active variant a model, switched without a gap, measured before and while it serves.
 *
 * <p>Uses only {@code common}. Knows no HTTP, no update lifecycle and no device facts.
 */
package dev.edgewright.agent.inference;
