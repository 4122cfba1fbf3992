/**
 * Brings chunks to many devices with about one publish of each: gathers wants, paces by the slowest live receiver,
 * repeats only what is asked for again. Uses {@code common}; knows no broker.
 */
package dev.edgewright.controller.transfer;
