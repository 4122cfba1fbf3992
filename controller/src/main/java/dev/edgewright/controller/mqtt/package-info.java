/**
 * The controller's own MQTT client: what devices publish goes to {@code edge}, what devices should be and the chunks they
 * want go out. Uses {@code edge}, and implements the outgoing interfaces of {@code rollout} and {@code transfer}.
 */
package dev.edgewright.controller.mqtt;
