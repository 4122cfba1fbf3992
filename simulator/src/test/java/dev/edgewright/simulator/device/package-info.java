/** Scenarios of one device against a controller that is a few lines. */
package dev.edgewright.simulator.device;
