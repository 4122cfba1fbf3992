/**
 * int8 for ONNX Runtime: which nodes, which parameters, and the QuantizeLinear/DequantizeLinear patterns that its optimiser fuses. Uses
 * {@code calibration}, {@code pass}, {@code runtime}, {@code graph}.
 */
package dev.edgewright.compression.quantize;
