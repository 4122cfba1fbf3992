/** Ready architectures, written as ONNX graphs with fresh weights. Uses the graph builder of compression. */
package dev.edgewright.training.architecture;
