/**
 * What happened, with a number that only grows, kept before anyone is told; and the webhooks that are told at least once. Uses no other room
 * of the controller.
 */
package dev.edgewright.controller.events;
