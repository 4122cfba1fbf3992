/** Tests of sessions, switches, probes and tensors. */
package dev.edgewright.agent.inference;
