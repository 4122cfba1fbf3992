/** Reads and writes graphs as ONNX files, external data included. Uses {@code graph}. */
package dev.edgewright.compression.graph.onnx;
