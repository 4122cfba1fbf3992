/**
 * The device protocol, version 1: topics, limits, and a codec that never lets a bad message through nor an exception out. The
 * generated messages are in {@code v1}. Uses {@code error} and {@code id}. Described for other languages in docs/protocol.md.
 */
package dev.edgewright.common.protocol;
