/**
 * An immutable graph over the ONNX protobuf: values by name, nodes, tensors with shared bytes, edits that return a new graph. Uses only
 * the generated protobuf classes.
 */
package dev.edgewright.compression.graph;
