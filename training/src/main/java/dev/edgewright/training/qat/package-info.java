/**
 * Quantisation-aware training: fake quantisation where the exporter of compression puts its QuantizeLinear and DequantizeLinear, and the
 * way back into that very file. Uses trainer, op, optimizer, tensor, data, and compression's static int8.
 */
package dev.edgewright.training.qat;
