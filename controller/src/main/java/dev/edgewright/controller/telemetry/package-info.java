/**
 * Windows of latency, errors and energy that devices send, merged into series that only grow.
 * Uses {@code fleet}; knows no metrics library.
 */
package dev.edgewright.controller.telemetry;
