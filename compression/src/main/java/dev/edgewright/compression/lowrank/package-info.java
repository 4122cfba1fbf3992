/**
 * Low rank: layers as products of smaller ones. Uses {@code graph}, {@code runtime}, {@code data}, {@code pass}, {@code quantize} to
 * refuse graphs that are int8 already, {@code prune} for moments.
 */
package dev.edgewright.compression.lowrank;
