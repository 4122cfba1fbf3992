/**
 * Real models and data for tests and comparisons: fetched through the machine's package managers, checked by digest, kept in a cache, and
 * prepared as a model with a {@code data.yaml}. Nothing of them is part of this repository.
 */
package dev.edgewright.benchmarks.models;
