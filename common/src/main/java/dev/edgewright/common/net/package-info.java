/** Sockets of MQTT clients. Uses {@code error} only. */
package dev.edgewright.common.net;
