/**
 * Knowledge distillation: what a student learns from a teacher, and students made from a given graph. Uses trainer, tensor, op, loss and
 * prune.
 */
package dev.edgewright.training.distill;
