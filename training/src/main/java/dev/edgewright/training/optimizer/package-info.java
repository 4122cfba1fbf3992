/** Optimisers: how a gradient moves a weight. Uses tensor. */
package dev.edgewright.training.optimizer;
