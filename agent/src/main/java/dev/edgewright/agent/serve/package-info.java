/**
 * Serves the device's models to its applications: the Open Inference Protocol (version 2) over HTTP on loopback.
 *
 * <p>Stands on {@code inference}. Only {@link dev.edgewright.agent.serve.HttpListener} and its handlers know Netty; the protocol itself is
 * plain Java over byte buffers.
 */
package dev.edgewright.agent.serve;
