/** Rollouts to thousands of virtual devices: the controller in one process, the devices in another. Uses {@code rest}. */
package dev.edgewright.benchmarks.fleet;
