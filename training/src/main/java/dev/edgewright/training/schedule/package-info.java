/** Learning rates over time. Uses no other room. */
package dev.edgewright.training.schedule;
