/**
 * Runs a graph forward and backward and moves its weights: the compiled program, the weights' state, the epoch loop, checkpoints,
 * the gradient self-test. Uses tensor, op, data, loss, optimizer, schedule and augment.
 */
package dev.edgewright.training.trainer;
