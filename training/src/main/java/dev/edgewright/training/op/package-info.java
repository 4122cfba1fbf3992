/**
 * The operator table: every ONNX operator that training knows, forward through the tensor backend, which differentiates it. Uses
 * tensor, and the nodes of the compression graph.
 */
package dev.edgewright.training.op;
