/** Samples with labels, in memory, with the facts that identify them. Uses no other room. */
package dev.edgewright.training.data;
