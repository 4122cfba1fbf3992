/**
 * What this device is, and how fast it runs the kernels that matter: facts read from the kernel's files, probes measured once and kept.
 *
 * <p>Uses {@code inference} for the runtime's version and nothing else of the agent.
 */
package dev.edgewright.agent.device;
