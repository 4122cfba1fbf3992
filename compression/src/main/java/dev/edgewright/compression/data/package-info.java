/**
 * Calibration and evaluation data, described by a {@code data.yaml}, read as a stream of batches: memory does not grow with the number of
 * samples. Uses {@code data.format} for files and {@code graph} for tensors.
 */
package dev.edgewright.compression.data;
