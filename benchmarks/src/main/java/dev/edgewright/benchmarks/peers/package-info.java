/** Compression side by side with the quantisers that a user would take instead, all models measured in one run of one runtime. */
package dev.edgewright.benchmarks.peers;
