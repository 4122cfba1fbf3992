/** Training beside PyTorch in Python: the same network, first weights, data, batch, optimiser and threads. */
package dev.edgewright.benchmarks.training;
