/**
 * How good a model is on data, with intervals, alone and against the original. Uses {@code data}, {@code runtime}, {@code graph}, and
 * {@code quantize} for int8 in plain integers.
 */
package dev.edgewright.compression.evaluation;
