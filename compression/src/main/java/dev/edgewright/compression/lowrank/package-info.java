/**
 * Low rank: layers as products of smaller ones. Uses {@code graph}, {@code runtime}, {@code data}, {@code pass}, {@code quantize} to
 * refuse graphs that are int8 already, {@code calibration} for moments, {@code prune} for costs.
 */
package dev.edgewright.compression.lowrank;
