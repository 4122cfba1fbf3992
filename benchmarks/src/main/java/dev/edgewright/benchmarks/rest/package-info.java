/** The controller's REST interface, as benchmarks use it. */
package dev.edgewright.benchmarks.rest;
