/**
 * ONNX Runtime, seen through this library's values: sessions that take and give tensors, shapes as the runtime infers them, latency side
 * by side, and its error messages as codes. Uses {@code graph}; the only room that names {@code ai.onnxruntime}.
 */
package dev.edgewright.compression.runtime;
