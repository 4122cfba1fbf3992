/**
 * The library's front door: give {@link dev.edgewright.compression.Compressor} an fp32 ONNX model, data and a recipe, get measured
 * candidates back. Uses every room below it; no room uses it, except for {@link dev.edgewright.compression.CompressionException} and
 * {@link dev.edgewright.compression.Progress}, which are the vocabulary of all of them, and for the report room above it, which reads its
 * results.
 */
package dev.edgewright.compression;
