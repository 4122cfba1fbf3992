/** One virtual device without network, threads or clock: messages and time in, actions out. Uses {@code profile} and {@code common}. */
package dev.edgewright.simulator.device;
