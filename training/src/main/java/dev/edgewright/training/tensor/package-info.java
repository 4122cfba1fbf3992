/**
 * Tensors with gradients: the small interface that the operator table is written against, and its implementation on libtorch
 * through DJL. Uses no other room.
 */
package dev.edgewright.training.tensor;
