/**
 * Passes that change how a graph is written and not what it computes: the forms that quantisation and ONNX Runtime's kernels want. Uses
 * {@code pass}, {@code runtime}, {@code graph}.
 */
package dev.edgewright.compression.cleanup;
