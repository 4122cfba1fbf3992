/**
 * The forms that samples come in: IDX, NPY and NPZ arrays, CSV tables, images and texts, each as a {@link
 * dev.edgewright.compression.data.format.Column} that is read in order. Uses {@code graph} for tensors.
 */
package dev.edgewright.compression.data.format;
