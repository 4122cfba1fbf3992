/** One large model to many agents: how long, and how often each byte is sent. */
package dev.edgewright.benchmarks.transfer;
