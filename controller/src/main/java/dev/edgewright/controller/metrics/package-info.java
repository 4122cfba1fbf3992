/**
 * Everything that Prometheus reads, in one registry: the JVM, Vert.x and MQTT through Micrometer, inference latency and energy
 * through collectors of the Prometheus client, because only it has native histograms. Uses the domain packages.
 */
package dev.edgewright.controller.metrics;
