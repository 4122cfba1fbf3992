/**
 * What the agent costs: answers over HTTP and through the Java API beside bare ONNX Runtime, and resident memory beside a bare session.
 *
 * <p>Uses the agent as an application would, and {@code compression} for the ONNX classes only.
 */
package dev.edgewright.benchmarks.agent;
