/**
 * Structured pruning with recovery: which channels belong together, how much they matter, graphs without the least of them, and the loop
 * of cutting a little and training again. Uses trainer and tensor.
 */
package dev.edgewright.training.prune;
