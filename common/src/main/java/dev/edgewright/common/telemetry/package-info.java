/** Latencies in a form that is small on the wire and merges exactly. Uses {@code error} and the generated messages. */
package dev.edgewright.common.telemetry;
