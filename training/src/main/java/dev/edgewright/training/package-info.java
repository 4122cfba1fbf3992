/**
 * Trains ONNX graphs on the JVM and writes them back: training from scratch, pruning with recovery, distillation and
 * quantisation-aware training. Stands on {@code compression}; knows no fleet. Rooms, from the ground up: tensor → op → trainer
 * (with loss, optimizer, schedule, augment, data) → architecture · prune · qat → distill → child.
 */
package dev.edgewright.training;
