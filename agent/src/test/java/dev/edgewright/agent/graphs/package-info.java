/** Small ONNX models for tests, and the program that writes the bundled ones. */
package dev.edgewright.agent.graphs;
