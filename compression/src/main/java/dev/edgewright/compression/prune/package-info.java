/**
 * Pruning: which channels of an arbitrary graph belong together, which of them matter least, and the graph without them; zeros in single
 * weights too. Uses {@code graph}, {@code runtime}, {@code data}, {@code pass}, {@code calibration} for moments, and {@code quantize} to refuse graphs that are int8
 * already.
 */
package dev.edgewright.compression.prune;
