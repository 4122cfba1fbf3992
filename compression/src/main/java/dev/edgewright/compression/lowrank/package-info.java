/** Low rank: layers as products of smaller ones. Uses {@code graph}, {@code runtime}, {@code data}, {@code pass}, {@code prune} for moments. */
package dev.edgewright.compression.lowrank;
